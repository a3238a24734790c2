// path: drivers/pci/example.c
#include <linux/clk.h>
#include <linux/ioport.h>
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
	struct resource *area;
	struct clk *clk[2];
	struct clk_bulk_data clks[2];
};

static int example_start(struct example *ex);

static int example_by_device(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	ex->dev = &pdev->dev;
	pm_runtime_enable(ex->dev);
	ret = example_start(ex);
	if (ret)
		goto disable;
	return 0;

disable:
	pm_runtime_disable(&pdev->dev);
	return ret;
}

static int example_by_result(struct example *ex, struct resource *res)
{
	int ret;

	ex->area = request_mem_region(res->start, 64, "example");
	if (!ex->area)
		return -EBUSY;
	ret = example_start(ex);
	if (ret) {
		release_mem_region(ex->area->start, 64);
		return ret;
	}
	return 0;
}

static int example_by_halves(struct example *ex)
{
	int ret = clk_bulk_prepare_enable(2, ex->clks);

	if (ret)
		return ret;
	clk_bulk_disable(2, ex->clks);
	ret = example_start(ex);
	if (ret)
		goto unprepare;
	return 0;

unprepare:
	clk_bulk_unprepare(2, ex->clks);
	return ret;
}

static int example_elements(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk[0]);

	if (ret)
		return ret;
	ret = clk_prepare_enable(ex->clk[1]);
	if (ret) {
		clk_disable_unprepare(ex->clk[0]);
		return ret;
	}
	return 0;
}
