// path: drivers/nvmem/example.c
#include <linux/device.h>

struct example {
	struct device dev;
	struct module *owner;
};

#define to_example(d) container_of(d, struct example, dev)

extern const struct bus_type example_bus;

/* What the device is a part of is never NULL where there is a device. */
struct example *example_get(void *data, int (*match)(struct device *dev, const void *data))
{
	struct example *ex = NULL;
	struct device *dev = bus_find_device(&example_bus, NULL, data, match);

	if (dev)
		ex = to_example(dev);
	if (!ex)
		return ERR_PTR(-EPROBE_DEFER);
	if (!try_module_get(ex->owner)) {
		put_device(&ex->dev);
		return ERR_PTR(-EINVAL);
	}
	return ex;
}
