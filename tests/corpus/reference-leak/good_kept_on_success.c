// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>

struct example {
	struct device dev;
};

int example_setup(struct example *ex);

int example_probe(struct example *ex)
{
	struct device *dev = &ex->dev;
	int ret;

	if (!get_device(dev))
		return -ENODEV;
	ret = example_setup(ex);
	if (ret) {
		put_device(dev);
		return ret;
	}
	return 0;
}
