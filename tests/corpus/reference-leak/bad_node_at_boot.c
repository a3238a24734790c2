// path: drivers/clk/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/init.h>
#include <linux/of.h>

/* Nodes may be removed, and then somebody counts: a hint, of low confidence. */
int __init example_early(void)
{
	struct device_node *node = of_find_node_by_path("/soc");

	if (!node)
		return -ENODEV;
	return of_property_read_bool(node, "example,early"); // expect: reference-leak
}
