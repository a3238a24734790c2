// path: drivers/base/example.c
#include <linux/device.h>

int example_register(struct device *dev)
{
	int ret = device_register(dev);

	if (ret) {
		put_device(dev);
		return ret;
	}
	return 0;
}

/* Failure and success leave the same way: it is not known whether the caller puts it. */
int example_wrapper(struct device *dev)
{
	return device_register(dev);
}
