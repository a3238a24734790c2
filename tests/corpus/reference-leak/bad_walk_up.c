// path: drivers/pci/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/of.h>

struct device_node *example_root;

int example_top(void)
{
	struct device_node *np, *up;

	np = of_find_node_by_name(NULL, "example");
	while ((up = of_get_parent(np))) {
		of_node_put(np);
		np = up;
	}
	return of_property_read_bool(np, "top"); // expect: reference-leak "of_get_parent() in np"
}

int example_not_put(void)
{
	struct device_node *np, *up;

	np = of_find_node_by_name(NULL, "example");
	while ((up = of_get_parent(np)))
		np = up; // expect: reference-leak "of_find_node_by_name() in np"
	of_node_put(np);
	return 0;
}

int example_kept(void)
{
	struct device_node *np;

	np = of_find_node_by_name(NULL, "example");
	while ((example_root = of_get_parent(np))) {
		of_node_put(np);
		np = example_root;
	}
	return 0;
}
