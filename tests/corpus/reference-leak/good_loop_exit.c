// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of.h>

int example_add(struct device_node *np);

int example_scan(struct device_node *parent)
{
	struct device_node *child;
	int ret;

	for_each_child_of_node(parent, child) {
		ret = example_add(child);
		if (ret) {
			of_node_put(child);
			return ret;
		}
	}
	return 0;
}

int example_scan_scoped(struct device_node *parent)
{
	int ret;

	for_each_child_of_node_scoped(parent, child) {
		ret = example_add(child);
		if (ret)
			return ret;
	}
	return 0;
}
