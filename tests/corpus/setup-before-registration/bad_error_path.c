// path: drivers/base/example.c
#include <linux/device.h>

static const struct attribute_group first_group = { .name = "first" };
static const struct attribute_group second_group = { .name = "second" };

/* Through an error label: the second group comes too early on every path to the registration. */
int example_register(struct device *dev, bool has_first)
{
	int ret = 0;

	device_initialize(dev);
	if (has_first)
		goto add;
	ret = device_add_group(dev, &second_group); // expect: setup-before-registration
	if (ret)
		goto out;
add:
	ret = device_add(dev);
	if (ret)
		goto out;
	ret = device_add_group(dev, &first_group);
out:
	return ret; // expect: missing-undo
}
