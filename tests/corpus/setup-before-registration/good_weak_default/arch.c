// path: arch/sparc/kernel/example.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include <linux/iommu.h>
#include <linux/pci.h>

static struct iommu_group *the_group;

static int example_join(struct device *dev)
{
	/* What kscan shows as the reason that it comes to nothing. */
	if (!device_is_registered(dev))
		return -ENODEV;
	return iommu_group_add_device(the_group, dev);
}

int pcibios_example(struct pci_dev *dev)
{
	example_join(&dev->dev);
	return 0;
}
