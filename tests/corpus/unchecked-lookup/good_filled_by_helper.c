// path: drivers/net/example.c
#include <linux/pci.h>
#include <linux/slab.h>

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);
void pci_dev_put(struct pci_dev *dev);
int use(int value);

static void find_bridge(struct pci_dev **out, unsigned int bus)
{
	*out = pci_get_domain_bus_and_slot(0, bus, 0);
}

int bridge_vendor(unsigned int bus)
{
	struct pci_dev *pdev;
	int ret;

	find_bridge(&pdev, bus);
	if (!pdev)
		return -ENODEV;
	ret = use(pdev->vendor);
	pci_dev_put(pdev);
	return ret;
}
