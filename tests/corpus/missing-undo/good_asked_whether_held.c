// path: drivers/pci/example.c
#include <linux/clk.h>
#include <linux/ioport.h>

#define EXAMPLE_PORT 1
#define EXAMPLE_MEMORY 2

struct example {
	struct clk *clk;
	unsigned long start;
	int kind;
	bool clocked;
};

static int example_start(struct example *ex);
static int example_try(struct example *ex);

static int example_by_kind(struct example *ex)
{
	int ret;

	if (example_try(ex)) {
		ex->kind = EXAMPLE_PORT;
		if (!request_region(ex->start, 4, "example"))
			return -EBUSY;
	} else {
		ex->kind = EXAMPLE_MEMORY;
	}
	ret = example_start(ex);
	if (ret)
		goto release;
	return 0;

release:
	if (ex->kind == EXAMPLE_PORT)
		release_region(ex->start, 4);
	return ret;
}

static int example_noted(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	ex->clocked = true;
	ret = example_start(ex);
	if (ret)
		return ret;
	return 0;
}

static int example_restored(struct example *ex)
{
	int ret;

	clk_disable_unprepare(ex->clk);
	ret = clk_prepare_enable(ex->clk);
	if (ret)
		return ret;
	ret = example_start(ex);
	if (ret)
		return ret;
	return 0;
}

static int example_reported(struct device *dev, struct example *ex)
{
	int ret = 0;

	if (example_start(ex))
		ret = -EBUSY;
	pm_runtime_enable(dev);
	return ret;
}
