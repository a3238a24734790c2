// path: drivers/misc/example.c
#include <linux/clk.h>

struct example {
	struct clk *clk;
};

int example_start(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	return 0;
}
