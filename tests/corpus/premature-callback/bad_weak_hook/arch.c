// path: arch/powerpc/kernel/example.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include <linux/device.h>

int example_map(struct device *dev);

static int arch_example_map(struct device *dev)
{
	if (!device_is_registered(dev))
		return -ENODEV;
	return example_map(dev);
}

void arch_example_added(struct device *dev)
{
	arch_example_map(dev);
}
