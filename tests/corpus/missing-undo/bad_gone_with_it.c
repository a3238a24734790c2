// path: drivers/gpu/drm/panel/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/clk.h>
#include <linux/pm.h>
#include <linux/pm_runtime.h>
#include <linux/regulator/consumer.h>
#include <linux/sysfs.h>

struct example {
	struct regulator_bulk_data supplies[4];
	struct regulator_bulk_data others[4];
	struct clk *clk;
	struct device *dev;
};

int example_on(struct example *ex);

/* Others at once. */
static int example_prepare(struct example *ex)
{
	int ret = regulator_enable(ex->supplies[0].consumer);

	if (ret)
		return ret;
	ret = example_on(ex);
	if (ret) {
		regulator_bulk_disable(ARRAY_SIZE(ex->others), ex->others);
		return ret; // expect: missing-undo
	}
	return 0;
}

/* A device that nobody uses any more stays enabled for runtime PM. */
static int example_probe(struct device *dev)
{
	int ret;

	pm_runtime_enable(dev);
	ret = pm_runtime_resume_and_get(dev);
	if (ret)
		return ret; // expect: missing-undo
	ret = example_on(dev_get_drvdata(dev));
	pm_runtime_put(dev);
	if (ret)
		return ret;
	return 0;
}

static void example_remove(struct device *dev)
{
	pm_runtime_disable(dev);
}

/* Nobody resumes again what failed to, and nobody suspends it. */
static int example_runtime_resume(struct device *dev)
{
	struct example *ex = dev_get_drvdata(dev);
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	ret = example_on(ex);
	if (ret)
		return ret; // expect: missing-undo
	return 0;
}

static int example_runtime_suspend(struct device *dev)
{
	struct example *ex = dev_get_drvdata(dev);

	clk_disable_unprepare(ex->clk);
	return 0;
}

static const struct dev_pm_ops example_pm_ops = {
	SET_RUNTIME_PM_OPS(example_runtime_suspend, example_runtime_resume, NULL)
};

const void *example_calls[] = { example_prepare, example_probe, example_remove };
