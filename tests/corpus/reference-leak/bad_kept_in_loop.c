// path: drivers/tty/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of.h>

struct port {
	struct device_node *node;
};

static struct port ports[4];

int example_probe(struct device_node *parent)
{
	struct device_node *np, *a = NULL;

	for_each_child_of_node(parent, np) {
		if (of_node_name_prefix(np, "ch-a"))
			a = of_node_get(np); // expect: reference-leak
	}
	if (!a)
		return -ENODEV;
	ports[0].node = a;
	return 0;
}
