// path: drivers/of/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of.h>

struct irq_domain *example_domain(struct device_node *np)
{
	struct of_phandle_iterator it;
	struct irq_domain *d;
	int err;

	of_for_each_phandle(&it, err, np, "msi-parent", "#msi-cells", 0) {
		d = irq_find_matching_host(it.node, 1);
		if (d) {
			of_node_put(it.node);
			return d;
		}
	}
	return NULL;
}

int example_match(struct of_phandle_iterator *it, struct device_node *np, struct device_node *wanted)
{
	int err;

	of_for_each_phandle(it, err, np, "mmu-masters", "#stream-id-cells", -1) {
		if (it->node == wanted)
			return 1;
	}
	return 0;
}
