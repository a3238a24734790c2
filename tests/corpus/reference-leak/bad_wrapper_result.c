// path: drivers/pci/example.c
// models: commit 5ef3166e8a32 ("ocxl: Driver code for 'generic' opencapi devices")
#include <linux/pci.h>

int example_read(struct pci_dev *dev);

static struct pci_dev *example_first(struct pci_dev *dev)
{
	if (!dev->bus)
		return NULL;
	return pci_get_domain_bus_and_slot(0, dev->bus->number, 0);
}

int example_probe(struct pci_dev *dev)
{
	struct pci_dev *first = example_first(dev);
	int ret;

	if (!first)
		return -ENODEV;
	ret = example_read(first);
	if (ret)
		return ret; // expect: reference-leak
	pci_dev_put(first);
	return 0;
}
