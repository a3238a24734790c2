// path: drivers/example/selftest.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of.h>

#define expect(result, text) ({ \
	int failed = !(result); \
	if (failed) \
		pr_err("not so: %s\n", text); \
	failed; \
})

int use(struct device_node *np);

/* There must be none: the macro says so where there is one. */
void check_absent(void)
{
	struct device_node *np;

	np = of_find_node_by_path("/absent/");
	expect(!np, "no node of that name");
	np = of_find_node_by_path("/absent/too");
	expect(np == NULL, "nor of that");
}

/* The macro is true where there is no node. */
void check_present(void)
{
	struct device_node *np = of_find_node_by_path("/present");

	if (expect(np, "a node of that name"))
		return;
	use(np);
	of_node_put(np);
}
