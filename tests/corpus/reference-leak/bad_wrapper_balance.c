// path: drivers/iommu/example.c
// models: commit d4a44f0750bb ("iommu/arm-smmu: Invoke pm_runtime across the driver")
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
	bool powered;
};

unsigned long example_read(struct example *ex);

static int example_get(struct example *ex)
{
	if (ex->powered)
		return pm_runtime_resume_and_get(ex->dev);
	return 0;
}

static void example_put(struct example *ex)
{
	if (ex->powered)
		pm_runtime_put_autosuspend(ex->dev);
}

unsigned long example_lookup(struct example *ex)
{
	unsigned long found;

	if (example_get(ex) < 0)
		return 0;
	found = example_read(ex);
	if (found & 1)
		return 0; // expect: reference-leak
	example_put(ex);
	return found;
}
