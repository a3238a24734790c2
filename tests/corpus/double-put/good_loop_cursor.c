// path: drivers/pci/hotplug/example.c
// models: commit aa736700f42f ("ASoC: imx-card: Add imx-card machine driver")
#include <linux/of.h>

void example_detach(struct device_node *node);
int example_try(struct device_node *node);

void example_detach_children(struct device_node *parent)
{
	struct device_node *child;

	for_each_child_of_node(parent, child)
		example_detach(child);
}

int example_first(struct device_node *parent)
{
	struct device_node *child;
	int err = 0;

	for_each_child_of_node(parent, child) {
		err = example_try(child);
		if (err) {
			of_node_put(child);
			break;
		}
	}
	if (err)
		return err;
	for_each_child_of_node(parent, child)
		example_detach(child);
	return 0;
}

void example_held(struct device_node *parent)
{
	struct device_node *child;

	for_each_child_of_node(parent, child) {
		of_node_get(child);
		example_detach(child);
		of_node_put(child);
	}
}

int example_match(struct device_node *one, struct device_node *other);

int example_pairs(struct device_node *ones, struct device_node *others)
{
	struct device_node *one, *other;

	for_each_child_of_node(ones, one) {
		for_each_child_of_node(others, other) {
			if (example_match(one, other)) {
				of_node_put(other);
				break;
			}
		}
	}
	return 0;
}
