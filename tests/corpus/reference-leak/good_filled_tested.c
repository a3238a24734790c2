// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of.h>

int example_cells(struct device_node *node)
{
	struct of_phandle_args args;
	int cells;

	if (of_parse_phandle_with_args(node, "ports", "#port-cells", 0, &args))
		return -ENODEV;
	cells = args.args_count;
	if (args.np)
		of_node_put(args.np);
	return cells;
}
