// path: drivers/misc/example.c
// models: commit 7e7292dba215 ("ASoC: fsl: add imx-es8328 machine driver")
#include <linux/clk.h>
#include <linux/device.h>

bool example_comes_up(struct device *dev, int ms);
int example_configure(struct device *dev);

int example_start(struct device *dev, struct clk *clk)
{
	int ret;

	ret = clk_prepare_enable(clk);
	if (ret)
		return ret;
	ret = example_comes_up(dev, 20) ? 0 : -ETIMEDOUT;
	if (ret)
		goto stop;
	ret = example_configure(dev);
	if (ret)
		goto stop;
	return 0;

stop:
	clk_disable_unprepare(clk);
	return ret;
}
