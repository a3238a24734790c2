// path: drivers/base/example.c
// models: commit 4f535093cf8f ("PCI: Put pci_dev in device tree as early as possible")
#include <linux/device.h>
#include <linux/list.h>

struct example {
	struct device dev;
	struct list_head node;
};

static LIST_HEAD(examples);

int example_add(struct example *ex)
{
	int err;

	err = device_register(&ex->dev);
	if (err)
		return err; // expect: failed-registration
	list_add_tail(&ex->node, &examples);
	return 0;
}
