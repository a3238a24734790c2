// path: drivers/clk/example.c
#include <linux/clk.h>
#include <linux/clkdev.h>
#include <linux/init.h>

/* Called once by the machine's setup code, which is not here: what it keeps is missed by nobody. */
int __init example_clk_init(void)
{
	struct clk *parent, *child;

	parent = clk_get_sys(NULL, "parent_ck");
	child = clk_get_sys(NULL, "first_ck");
	clk_set_parent(child, parent);
	child = clk_get_sys(NULL, "second_ck");
	clk_set_parent(child, parent);
	return 0;
}
