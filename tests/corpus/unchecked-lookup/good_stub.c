// path: drivers/iommu/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/pci.h>

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);
void pci_dev_put(struct pci_dev *dev);

#ifdef CONFIG_PCI
struct pci_dev *example_root(void);
#else
static inline struct pci_dev *example_root(void)
{
	return NULL;
}
#endif

/* The stub of the other branch says nothing of this one. */
unsigned int example_number(void)
{
	struct pci_dev *pdev = example_root();

	return pdev->devfn;
}
