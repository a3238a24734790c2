// path: drivers/pci/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/of.h>

int example_chip(struct device_node *np)
{
	of_node_get(np);
	while (np) {
		if (of_property_read_bool(np, "chip")) {
			of_node_put(np);
			return 1;
		}
		np = of_get_next_parent(np);
	}
	return 0;
}
