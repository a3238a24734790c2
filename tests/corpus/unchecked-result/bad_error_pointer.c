// path: drivers/base/example.c
#include <linux/device.h>
#include <linux/err.h>

struct device *root_device_register(const char *name);
void root_device_unregister(struct device *dev);
int use(struct device *one, struct device *two);

/* The second result is taken for a device, whatever it is. */
int example_init(int unit)
{
	struct device *one, *two;

	one = root_device_register("one");
	if (IS_ERR(one))
		return PTR_ERR(one);
	two = root_device_register("two");
	two->parent = one; // expect: unchecked-result "error pointer"
	return use(one, two);
}
