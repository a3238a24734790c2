// path: drivers/video/example.c
// The smallest change to good_surely_given: one caller hands on what may be NULL.
#include <linux/of.h>

static int example_is(const char *model)
{
	struct device_node *root = of_find_node_by_path("/");
	int found = 0;

	if (root && model) {
		found = of_device_is_compatible(root, model);
		of_node_put(root);
	}
	return found; // expect: reference-leak
}

int example_known(const char *other)
{
	return example_is("example,one") || example_is(other);
}
