// path: drivers/clk/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/clk.h>
#include <linux/clkdev.h>
#include <linux/module.h>

/* A module's: it may be loaded again and again. */
static int __init example_init(void)
{
	struct clk *parent, *child;

	parent = clk_get_sys(NULL, "parent_ck");
	child = clk_get_sys(NULL, "first_ck");
	clk_set_parent(child, parent);
	clk_put(child);
	return 0; // expect: reference-leak
}
module_init(example_init);

static void __exit example_exit(void)
{
}
module_exit(example_exit);
