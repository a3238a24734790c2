// path: drivers/pci/example.c
// models: commit 61a6199787d9 ("PCI: Return ~0 data on pciconfig_read() CAP_SYS_ADMIN failure")
#include <linux/pci.h>

struct pci_dev *example_find(int devfn);
void example_put(struct pci_dev *dev);
int example_allowed(void);
int example_use(struct pci_dev *dev);

int example_read(int devfn)
{
	struct pci_dev *dev = NULL;
	int err = -EPERM;

	if (!example_allowed())
		goto out;
	dev = example_find(devfn);
	if (!dev)
		return -ENODEV;
	err = example_use(dev);
out:
	example_put(dev);
	return err;
}
