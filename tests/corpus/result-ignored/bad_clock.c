// path: drivers/misc/example.c
#include <linux/clk.h>

struct example {
	struct clk *clk;
};

int example_start(struct example *ex)
{
	clk_prepare_enable(ex->clk); // expect: result-ignored
	return 0;
}
