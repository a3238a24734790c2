// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/pm_runtime.h>

int example_set_mode(struct device *dev);

/* The caller holds a count throughout and drops it where this fails. */
int example_cycle(struct device *dev)
{
	int ret;

	ret = pm_runtime_put_sync(dev);
	if (ret < 0)
		return ret;
	example_set_mode(dev);
	ret = pm_runtime_get_sync(dev);
	if (ret < 0) {
		dev_err(dev, "no power\n");
		return ret;
	}
	return example_set_mode(dev);
}
