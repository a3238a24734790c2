// path: drivers/pci/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/of.h>

int example_add(struct device_node *np, u32 reg);

struct device_node *example_next(struct device_node *parent, struct device_node *prev)
{
	struct device_node *np;

	if (!prev)
		np = of_get_child_by_name(parent, "port");
	else
		np = of_get_next_child(parent, prev);
	return np;
}

/* The node of a turn is put by the next, which holds nothing where there is none. */
int example_scan(struct device_node *parent)
{
	struct device_node *np;
	u32 reg;

	np = example_next(parent, NULL);
	if (!np)
		return 0;
	do {
		if (of_property_read_u32(np, "reg", &reg))
			continue;
		example_add(np, reg);
	} while ((np = example_next(parent, np)) != NULL);
	return 0;
}
