// path: drivers/example/parent.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>
#include <linux/of.h>

int use(struct device_node *node, struct device_node *parent);

/* Without a node there is no parent either. */
int example_probe(struct device *dev)
{
	struct device_node *np = dev->of_node;
	struct device_node *parent = of_get_parent(np);
	int ret;

	if (!np || !parent)
		return -ENODEV;
	ret = use(np, parent);
	of_node_put(parent);
	return ret;
}
