// path: drivers/pci/example.c
#include <linux/interrupt.h>

struct example {
	struct clk *clk;
};

static int example_start(struct example *ex);

static int example_enable(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	return example_start(ex) ? -EIO : 0;
}

static int example_probe(struct example *ex)
{
	int ret = example_enable(ex);

	if (ret)
		clk_disable_unprepare(ex->clk);
	return ret;
}

static struct example_ops example_ops = {
	.probe = example_probe,
};
