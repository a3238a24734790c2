// path: drivers/iommu/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/pci.h>

struct group {
	int id;
};

struct source {
	u16 vendor;
	struct pci_dev *(*find)(struct pci_dev *dev);
};

extern const struct source sources[];
struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);
struct pci_dev *pci_dev_get(struct pci_dev *dev);
void pci_dev_put(struct pci_dev *dev);
struct group *group_of(struct pci_dev *dev);

/* An inline between the caller and what may find nothing. */
static inline struct pci_dev *find_alias(unsigned int bus, unsigned int devfn)
{
	return pci_get_domain_bus_and_slot(0, bus, devfn);
}

static int tell_number(struct pci_dev *dev, unsigned int *number)
{
	if (!dev)
		return -ENODEV;
	*number = dev->devfn;
	return 0;
}

/* Who is asked looks for itself, and tells. */
int example_number(u16 alias)
{
	struct pci_dev *pdev = find_alias(alias >> 8, alias & 0xff);
	unsigned int number;

	if (tell_number(pdev, &number))
		goto out;
	if (pdev->devfn != number)
		goto out;
	pci_dev_put(pdev);
	return number;
out:
	pci_dev_put(pdev);
	return -1;
}
