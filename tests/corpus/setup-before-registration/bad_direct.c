// path: drivers/base/example.c
#include <linux/device.h>

static const struct attribute_group example_group = { .name = "example" };

int example_register(struct device *dev)
{
	int ret;

	device_initialize(dev);
	ret = sysfs_create_group(&dev->kobj, &example_group); // expect: setup-before-registration "sysfs setup"
	if (ret)
		return ret;
	return device_add(dev);
}
