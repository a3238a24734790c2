// path: drivers/base/example.c
// models: commit 4f535093cf8f ("PCI: Put pci_dev in device tree as early as possible")
#include <linux/device.h>

static struct device root;

static int example_register(void)
{
	return device_register(&root);
}

int example_init(void)
{
	int err = example_register();

	if (err)
		put_device(&root);
	return err;
}
