// path: drivers/base/example.c
#include <linux/device.h>
#include <linux/err.h>

struct device *root_device_register(const char *name);
void root_device_unregister(struct device *dev);
int use(struct device *one, struct device *two);

/* The result of the search, or an error pointer of its own, is handed on. */
static struct device *unit_register(int unit)
{
	if (unit < 0)
		return ERR_PTR(-EINVAL);
	return root_device_register("unit");
}

int example_init(int unit)
{
	struct device *one, *two;

	one = root_device_register("one");
	if (IS_ERR(one))
		return PTR_ERR(one);
	two = unit_register(unit);
	two->parent = one; // expect: unchecked-result "error pointer"
	return use(one, two);
}
