// path: drivers/base/example.c
// models: commit 4f535093cf8f ("PCI: Put pci_dev in device tree as early as possible")
#include <linux/device.h>

static struct device root;

int example_init(void)
{
	int err;

	device_initialize(&root);
	err = device_add(&root);
	if (err)
		goto put;
	return 0;

put:
	put_device(&root);
	return err;
}
