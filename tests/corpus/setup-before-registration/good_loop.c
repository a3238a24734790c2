// path: drivers/base/example.c
#include <linux/device.h>

static const struct attribute_group example_group = { .name = "example" };

/* Textually before the registration, but of the device registered in the turn before: no claim in a loop. */
int example_register_all(struct device *dev, int count)
{
	int ret, i;

	for (i = 0; i < count; i++) {
		if (i) {
			ret = device_add_group(dev, &example_group);
			if (ret)
				return ret;
			dev = dev->parent;
		}
		ret = device_add(dev);
		if (ret)
			return ret;
	}
	return 0;
}
