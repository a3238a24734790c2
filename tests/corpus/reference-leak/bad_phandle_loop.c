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
		if (d)
			return d; // expect: reference-leak
	}
	return NULL;
}
