// path: drivers/iio/example.c
#include <linux/device.h>
#include <linux/slab.h>

struct example {
	void *buffer;
	int burst;
};

static int example_update_burst(struct device *dev)
{
	struct example *ex = dev_get_drvdata(dev);

	ex->buffer = kzalloc(64, GFP_KERNEL);
	return ex->buffer ? 0 : -ENOMEM;
}

/* The callee does not get the container, but finds it by the same way, and fills the field. */
int example_update(struct device *dev)
{
	struct example *ex = dev_get_drvdata(dev);

	kfree(ex->buffer);
	if (ex->burst)
		return example_update_burst(dev);
	ex->buffer = kzalloc(16, GFP_KERNEL);
	return ex->buffer ? 0 : -ENOMEM;
}
