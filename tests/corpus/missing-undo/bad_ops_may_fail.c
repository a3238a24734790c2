// path: drivers/phy/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/clk.h>
#include <linux/phy/phy.h>

struct example;

struct example_ops {
	int (*bias)(struct example *ex);
};

struct example {
	const struct example_ops *ops;
	struct clk *clk;
	int state;
};

static int example_bias_v1(struct example *ex)
{
	ex->state = 1;
	return 0;
}

static int example_bias_v2(struct example *ex)
{
	ex->state = 2;
	if (!ex->clk)
		return -EINVAL;
	return 0;
}

static const struct example_ops example_v1 = { .bias = example_bias_v1 };
static const struct example_ops example_v2 = { .bias = example_bias_v2 };

static int example_phy_init(struct phy *phy)
{
	struct example *ex = phy_get_drvdata(phy);
	int ret;

	ret = clk_prepare_enable(ex->clk);
	if (ret)
		return ret;
	ret = ex->ops->bias(ex);
	if (ret)
		return ret; // expect: missing-undo
	ex->state++;
	return 0;
}

static int example_phy_exit(struct phy *phy)
{
	struct example *ex = phy_get_drvdata(phy);

	clk_disable_unprepare(ex->clk);
	return 0;
}

static const struct phy_ops example_phy_ops = {
	.init = example_phy_init,
	.exit = example_phy_exit,
};
