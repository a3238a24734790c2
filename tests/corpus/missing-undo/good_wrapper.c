// path: drivers/pci/example.c
// models: commit 39ab9555c241 ("iommu: Add sysfs bindings for struct iommu_device")
#include <linux/clk.h>

struct example {
	struct clk *bus;
	struct clk *core;
};

int example_check(struct example *ex);
int example_register(struct example *ex);

static int example_power_on(struct example *ex)
{
	int ret = clk_prepare_enable(ex->bus);

	if (ret)
		return ret;
	return 0;
}

static void example_power_off(struct example *ex)
{
	clk_disable_unprepare(ex->bus);
}

int example_probe(struct example *ex)
{
	int ret;

	ret = example_power_on(ex);
	if (ret)
		return ret;
	ret = example_check(ex);
	if (ret)
		goto off;
	ret = example_register(ex);
	if (ret)
		goto off;
	return 0;
off:
	example_power_off(ex);
	return ret;
}

/* A reset: it is on before and after. */
static int example_restart(struct example *ex)
{
	clk_disable_unprepare(ex->core);
	return clk_prepare_enable(ex->core);
}

int example_resume(struct example *ex)
{
	int ret = example_restart(ex);

	if (ret)
		return ret;
	if (example_check(ex))
		return -EIO;
	ret = example_register(ex);
	if (ret)
		clk_disable_unprepare(ex->core);
	return ret;
}
