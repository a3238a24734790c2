// path: drivers/pci/example.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
// arch: powerpc
#include <linux/pci.h>

int __weak pcibios_example(struct pci_dev *dev)
{
	return 0;
}

/* As bad_weak_override/, but only another architecture overrides the hook. */
int example_add(struct pci_dev *dev)
{
	int ret;

	device_initialize(&dev->dev);
	ret = pcibios_example(dev);
	if (ret)
		return ret;
	return device_add(&dev->dev);
}
