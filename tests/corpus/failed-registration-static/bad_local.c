// path: drivers/base/example.c
// models: commit 4f535093cf8f ("PCI: Put pci_dev in device tree as early as possible")
#include <linux/device.h>

int example_init(void)
{
	static struct device root;
	int err = device_register(&root);

	if (err)
		return err; // expect: failed-registration-static
	return 0;
}
