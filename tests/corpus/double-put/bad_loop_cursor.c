// path: drivers/pci/hotplug/example.c
// models: commit aa736700f42f ("ASoC: imx-card: Add imx-card machine driver")
#include <linux/of.h>

void example_detach(struct device_node *node);

void example_detach_children(struct device_node *parent)
{
	struct device_node *child;

	for_each_child_of_node(parent, child) { // expect: double-put
		of_node_put(child);
		example_detach(child);
	}
}

void example_skip(struct device_node *parent)
{
	struct device_node *child;

	for_each_child_of_node(parent, child) { // expect: double-put
		if (!of_device_is_available(child)) {
			of_node_put(child);
			continue;
		}
		example_detach(child);
	}
}
