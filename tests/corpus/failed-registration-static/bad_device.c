// path: drivers/base/example.c
#include <linux/device.h>

struct device *example_create(void)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	device_initialize(dev);
	if (device_add(dev)) {
		put_device(dev);
		return NULL;
	}
	return dev;
}

static struct device example_bus_device;

int __init example_bus_init(void)
{
	int err = bus_register(NULL);

	if (err)
		return err;
	err = device_register(&example_bus_device);
	if (err) {
		bus_unregister(NULL);
		return err; // expect: failed-registration-static
	}
	return 0;
}
