// path: drivers/pci/example.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include <linux/pci.h>

int __weak pcibios_example(struct pci_dev *dev)
{
	return 0;
}

int example_add(struct pci_dev *dev)
{
	int ret;

	device_initialize(&dev->dev);
	ret = pcibios_example(dev); // expect: setup-before-registration "iommu group setup" // expect: premature-callback
	if (ret)
		return ret;
	return device_add(&dev->dev);
}
