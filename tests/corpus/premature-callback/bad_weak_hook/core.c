// path: drivers/base/example.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include <linux/device.h>

void __weak arch_example_added(struct device *dev)
{
}

int example_add(struct device *dev)
{
	device_initialize(dev);
	arch_example_added(dev); // expect: premature-callback "arch_example_map"
	return device_add(dev);
}
