// path: drivers/pci/example.c
// What is called after the set-up gives 0 whatever happens: the exit for its failure is dead.
#include <linux/clk.h>

struct example {
	struct clk *clk;
	int state;
};

static int example_reset(struct example *ex)
{
	ex->state = 0;
	return 0;
}

static int example_init(struct example *ex)
{
	int ret = 0;

	if (ex->state)
		ret = example_reset(ex);
	ex->state++;
	return ret;
}

static int example_probe(struct example *ex)
{
	int ret;

	ret = clk_prepare_enable(ex->clk);
	if (ret)
		return ret;
	ret = example_init(ex);
	if (ret)
		return ret;
	return 0;
}

static struct example_ops example_ops = {
	.probe = example_probe,
};
