// path: drivers/base/example.c
#include <linux/device.h>

static const struct attribute_group example_group = { .name = "example" };

/* As bad_direct.c, but the group is made for the registered device. */
int example_register(struct device *dev)
{
	int ret;

	device_initialize(dev);
	ret = device_add(dev);
	if (ret)
		return ret;
	return sysfs_create_group(&dev->kobj, &example_group);
}
