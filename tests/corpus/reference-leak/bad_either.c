// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of.h>

int example_map(struct device_node *np);

int example_probe(struct device_node *np, u32 handle)
{
	struct device_node *bus;
	int ret;

	bus = of_parse_phandle(np, "example,bus", 0);
	if (!bus) {
		bus = of_find_node_by_phandle(handle);
		if (!bus)
			return -ENODEV;
	}
	ret = example_map(bus);
	if (ret)
		return ret; // expect: reference-leak "of_parse_phandle() in bus"
	of_node_put(bus);
	return 0;
}
