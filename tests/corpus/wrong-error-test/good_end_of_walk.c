// path: drivers/pci/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/err.h>
#include <linux/of.h>

/* Where the walk comes to its end its cursor is NULL. */
struct device_node *example_find(struct device_node *node, int depth)
{
	struct device_node *child;

	if (depth > 8)
		return ERR_PTR(-E2BIG);
	for_each_child_of_node(node, child)
		if (of_node_name_eq(child, "port"))
			break;
	return child;
}

int example_probe(struct device_node *node)
{
	struct device_node *port = example_find(node, 1);

	if (!port)
		return -ENODEV;
	of_node_put(port);
	return 0;
}
