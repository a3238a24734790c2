// path: drivers/base/example.c
#include <linux/device.h>

static const struct attribute_group example_group = { .name = "example" };

/* Textually before the registration, but of the device registered in the turn before: no claim in a loop. */
void example_register_all(struct device *dev, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		if (i) {
			if (device_add_group(dev, &example_group))
				return;
			dev = dev->parent;
		}
		if (device_add(dev))
			return;
	}
}
