// path: drivers/pci/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/of.h>

struct example {
	struct device_node *np;
};

static void example_keep(struct example *ex, struct device_node *node)
{
	ex->np = node;
}

int example_stored(struct example *ex)
{
	ex->np = of_find_node_by_type(NULL, "memory");
	return ex->np ? 0 : -ENODEV;
}

int example_kept_by_callee(struct example *ex)
{
	struct device_node *node = of_find_node_by_type(NULL, "memory");

	if (!node)
		return -ENODEV;
	example_keep(ex, node);
	return 0;
}

int example_cleaned(void)
{
	struct device_node *node __free(device_node) = of_find_node_by_type(NULL, "memory");

	if (!node)
		return -ENODEV;
	return of_property_read_bool(node, "linux,usable-memory");
}
