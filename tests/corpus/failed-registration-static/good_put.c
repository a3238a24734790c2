// path: drivers/base/example.c
// models: commit 4f535093cf8f ("PCI: Put pci_dev in device tree as early as possible")
#include <linux/device.h>

static struct device root;

int example_init(void)
{
	int err = device_register(&root);

	if (err) {
		put_device(&root);
		return err;
	}
	return 0;
}
