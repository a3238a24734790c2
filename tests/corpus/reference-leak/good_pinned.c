// path: drivers/bus/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>

struct example_unit {
	struct device dev;
	int users;
};

int example_start(struct example_unit *unit);

int example_open(struct example_unit *unit)
{
	int ret;

	if (!get_device(&unit->dev))
		return -ENODEV;
	ret = example_start(unit);
	if (ret) {
		put_device(&unit->dev);
		return ret;
	}
	unit->users++;
	return 0;
}
