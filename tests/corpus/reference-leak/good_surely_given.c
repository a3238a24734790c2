// path: drivers/video/example.c
// Each caller gives the helper a text: that there is a node and no text cannot be.
#include <linux/of.h>

static int example_is(const char *model)
{
	struct device_node *root = of_find_node_by_path("/");
	int found = 0;

	if (root && model) {
		found = of_device_is_compatible(root, model);
		of_node_put(root);
	}
	return found;
}

int example_known(void)
{
	return example_is("example,one") || example_is("example,two");
}
