// path: drivers/base/example.c
#include <linux/device.h>

static const struct attribute_group example_group = { .name = "example" };

/* The same test of registration, but for what is to be taken away: before it there is nothing. */
static void example_forget(struct device *dev)
{
	if (!device_is_registered(dev))
		return;
	sysfs_remove_group(&dev->kobj, &example_group);
}

int example_register(struct device *dev)
{
	int ret;

	device_initialize(dev);
	example_forget(dev);
	ret = device_add(dev);
	if (ret)
		return ret;
	return sysfs_create_group(&dev->kobj, &example_group);
}
