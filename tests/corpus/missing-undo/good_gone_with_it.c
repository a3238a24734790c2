// path: drivers/gpu/drm/panel/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/clk.h>
#include <linux/highmem.h>
#include <linux/pm.h>
#include <linux/regulator/consumer.h>
#include <linux/sysfs.h>

struct example {
	struct regulator_bulk_data supplies[4];
	struct clk *clk;
	struct device dev;
};

int example_on(struct example *ex);
struct example *example_new(void);
void example_deregister(struct example *ex);

/* All of them at once. */
static int example_prepare(struct example *ex)
{
	int ret = regulator_enable(ex->supplies[0].consumer);

	if (ret)
		return ret;
	ret = example_on(ex);
	if (ret) {
		regulator_bulk_disable(ARRAY_SIZE(ex->supplies), ex->supplies);
		return ret;
	}
	return 0;
}

/* The group goes with the object that it is on. */
static int example_add(void)
{
	struct example *ex = example_new();
	int ret;

	if (!ex)
		return -ENOMEM;
	ret = sysfs_create_group(&ex->dev.kobj, &example_group);
	if (ret)
		goto out;
	ret = example_on(ex);
	if (ret)
		goto out;
	return 0;
out:
	example_deregister(ex);
	return ret;
}

/* There is always such a mapping. */
static int example_copy(struct page *page, void *to)
{
	void *from = kmap_local_page(page);

	if (!from)
		return -EINVAL;
	memcpy(to, from, PAGE_SIZE);
	kunmap_local(from);
	return 0;
}

/* The next suspend comes all the same. */
static int example_resume(struct device *dev)
{
	struct example *ex = dev_get_drvdata(dev);
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	ret = example_on(ex);
	if (ret)
		return ret;
	return 0;
}

static int example_suspend(struct device *dev)
{
	struct example *ex = dev_get_drvdata(dev);

	clk_disable_unprepare(ex->clk);
	return 0;
}

static const struct dev_pm_ops example_pm_ops = {
	SET_SYSTEM_SLEEP_PM_OPS(example_suspend, example_resume)
};

const void *example_calls[] = { example_prepare, example_add, example_copy };
