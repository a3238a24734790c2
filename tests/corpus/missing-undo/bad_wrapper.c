// path: drivers/pci/example.c
// models: commit 39ab9555c241 ("iommu: Add sysfs bindings for struct iommu_device")
#include <linux/clk.h>

struct example {
	struct clk *bus;
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
		return ret; // expect: missing-undo
	ret = example_register(ex);
	if (ret) {
		example_power_off(ex);
		return ret;
	}
	return 0;
}
