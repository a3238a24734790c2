// path: drivers/clocksource/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/clk.h>
#include <linux/of.h>

static unsigned long example_rate;

int example_timer_init(struct device_node *np)
{
	struct clk *clk = of_clk_get(np, 0);

	if (IS_ERR(clk))
		return PTR_ERR(clk);
	if (clk_prepare_enable(clk)) {
		clk_put(clk);
		return -EINVAL;
	}
	example_rate = clk_get_rate(clk);
	return 0;
}
