// path: drivers/phy/example.c
// models: commit ac171c46667c ("[PATCH] powerpc: Thermal control for dual core G5s")
#include <linux/clk.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct example {
	struct clk *clk;
	int users;
};

static int example_probe(struct platform_device *pdev)
{
	struct example *ex;

	ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	ex->clk = clk_get(&pdev->dev, NULL);
	if (IS_ERR(ex->clk))
		return PTR_ERR(ex->clk);
	platform_set_drvdata(pdev, ex);
	return 0;
}

static void example_remove(struct platform_device *pdev)
{
	struct example *ex = platform_get_drvdata(pdev);

	struct clk *clk = ex->clk;

	ex->users = 0;
	clk_put(clk);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
module_platform_driver(example_driver);
