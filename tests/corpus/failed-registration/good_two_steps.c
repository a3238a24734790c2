// path: drivers/base/example.c
#include <linux/device.h>

/* device_initialize() takes the reference; device_add() alone takes none where it fails. */
int example_register(struct device *dev)
{
	int ret;

	device_initialize(dev);
	ret = device_add(dev);
	if (ret)
		put_device(dev);
	return ret;
}
