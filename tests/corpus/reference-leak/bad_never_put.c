// path: drivers/pci/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/of.h>

bool example_is_kdump(void)
{
	struct device_node *node = of_find_node_by_type(NULL, "memory");

	if (!node)
		return false;
	return of_property_read_bool(node, "linux,usable-memory"); // expect: reference-leak
}
