// path: drivers/pci/example.c
#include <linux/interrupt.h>

struct example {
	struct device *dev;
	struct clk *clk;
	struct regulator *supply;
	int irq;
	bool has_irq;
};

static int example_start(struct example *ex);

static void example_disable(struct example *ex)
{
	clk_disable_unprepare(ex->clk);
}

static void example_disable_action(void *data)
{
	example_disable(data);
}

int example_by_callee(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	ret = example_start(ex);
	if (ret)
		example_disable(ex);
	return ret;
}

int example_by_action(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	ret = devm_add_action_or_reset(ex->dev, example_disable_action, ex);
	if (ret)
		return ret;
	ret = example_start(ex);
	if (ret)
		return ret;
	return 0;
}

int example_by_other_name(struct device *dev, struct example *ex)
{
	int ret;

	ex->dev = dev;
	pm_runtime_enable(ex->dev);
	ret = example_start(ex);
	if (ret) {
		pm_runtime_disable(dev);
		return ret;
	}
	return 0;
}

int example_optional(struct example *ex)
{
	int ret = regulator_enable(ex->supply);

	if (ret)
		return ret;
	ret = example_start(ex);
	if (ret) {
		if (ex->supply)
			regulator_disable(ex->supply);
		return ret;
	}
	return 0;
}

static bool example_has_irq(struct example *ex);

int example_asked_twice(struct example *ex)
{
	int ret;

	if (example_has_irq(ex)) {
		ret = request_irq(ex->irq, NULL, 0, "example", ex);
		if (ret)
			return ret;
	}
	ret = example_start(ex);
	if (ret) {
		if (example_has_irq(ex))
			free_irq(ex->irq, ex);
		return ret;
	}
	return 0;
}

int example_failed_before(struct example *ex)
{
	int ret = misc_register(NULL);

	if (ret)
		pr_err("no device\n");
	pm_runtime_enable(ex->dev);
	return ret;
}

int example_group(struct device *parent, struct example *ex)
{
	int ret = device_register(ex->dev);

	if (ret) {
		put_device(ex->dev);
		return ret;
	}
	ret = sysfs_create_group(ex->dev, NULL);
	if (ret)
		goto gone;
	ret = example_start(ex);
	if (ret)
		goto gone;
	return 0;
gone:
	device_unregister(ex->dev);
	return ret;
}
