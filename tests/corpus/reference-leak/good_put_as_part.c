// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>

struct example {
	int state;
	struct device dev;
};

struct example *to_example(struct device *dev);

int example_state(struct device *parent, const char *name)
{
	struct device *found = device_find_child_by_name(parent, name);
	struct example *ex;
	int state;

	if (!found)
		return -ENODEV;
	ex = to_example(found);
	state = ex->state;
	put_device(&ex->dev);
	return state;
}
