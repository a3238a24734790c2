// path: drivers/bus/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>
#include <linux/mutex.h>

int example_send(struct device *dev, bool ready)
{
	struct device *parent = get_device(dev->parent);

	if (!parent)
		return -ENODEV;
	mutex_lock(&parent->mutex);
	if (!ready) {
		mutex_unlock(&parent->mutex);
		return -EAGAIN; // expect: reference-leak
	}
	mutex_unlock(&parent->mutex);
	put_device(parent);
	return 0;
}
