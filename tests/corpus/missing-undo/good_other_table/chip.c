// path: drivers/net/example/chip.c
#include <linux/clk.h>

int chip_reset(struct example *ex);

static int chip_init(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	ret = chip_reset(ex);
	if (ret)
		return ret;
	return 0;
}

static void chip_exit(struct example *ex)
{
	clk_disable_unprepare(ex->clk);
}

const struct example_hooks chip_hooks = {
	.init = chip_init,
	.exit = chip_exit,
};
