// path: drivers/iommu/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/of.h>

struct device_node *of_get_next_available_child(const struct device_node *node, struct device_node *prev);
void of_node_put(struct device_node *node);

/* What is found, if anything, goes only to a function that does not mind. */
static struct device_node *first_of(const struct device_node *node)
{
	return of_get_next_available_child(node, NULL);
}

void example_drop_first(const struct device_node *node)
{
	struct device_node *child = first_of(node);

	of_node_put(child);
}
