// path: drivers/net/example.c
#include <linux/pci.h>
#include <linux/slab.h>

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);
void pci_dev_put(struct pci_dev *dev);
int use(int value);

static int find_bridge(struct pci_dev **out, unsigned int bus)
{
	struct pci_dev *found = pci_get_domain_bus_and_slot(0, bus, 0);

	*out = found;
	return found ? 0 : -ENODEV;
}

int bridge_vendor(unsigned int bus)
{
	struct pci_dev *pdev = NULL;
	int ret;

	ret = find_bridge(&pdev, bus);
	if (ret)
		return ret;
	ret = use(pdev->vendor);
	pci_dev_put(pdev);
	return ret;
}
