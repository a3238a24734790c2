// path: drivers/pci/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/pci.h>

struct pci_dev *pci_get_slot(struct pci_bus *bus, unsigned int devfn);
void pci_dev_put(struct pci_dev *dev);
int example_scan(struct pci_bus *bus, unsigned int devfn);

static int example_find(struct pci_dev *dev, int what)
{
	return dev->devfn + what;
}

static int example_serial(struct pci_dev *dev)
{
	return example_find(dev, 3);
}

/* What is looked up was made by a call that got the same arguments, and did not fail. */
int example_add(struct pci_bus *bus, unsigned int devfn)
{
	struct pci_dev *dev;
	int serial;

	if (!example_scan(bus, devfn))
		return -19;
	dev = pci_get_slot(bus, devfn);
	serial = example_serial(dev);
	pci_dev_put(dev);
	return serial;
}
