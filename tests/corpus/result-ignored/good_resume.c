// path: drivers/misc/example.c
#include <linux/clk.h>

struct example {
	struct clk *clk;
};

int example_resume(struct example *ex)
{
	clk_prepare_enable(ex->clk);
	return 0;
}
