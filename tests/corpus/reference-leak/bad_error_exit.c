// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of.h>

int example_map(struct device_node *np);

int example_probe(struct device_node *parent)
{
	struct device_node *child = of_get_next_child(parent, NULL);
	int ret;

	if (!child)
		return -ENODEV;
	ret = example_map(child);
	if (ret)
		goto out;
	of_node_put(child);
	return 0;
out:
	return ret; // expect: reference-leak
}
