// path: drivers/media/platform/example.c
// models: commit 7c3a2ec02806 ("iommu/mediatek: Merge 2 M4U HWs into one iommu domain")
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>

int example_start(struct device *dev);

struct example {
	struct device *dev;
};

static int example_probe(struct platform_device *pdev)
{
	struct example *ex;
	int ret;

	ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	ex->dev = &pdev->dev;
	pm_runtime_enable(&pdev->dev);
	ret = example_start(ex->dev);
	if (ret)
		pm_runtime_disable(ex->dev);
	return ret;
}

static void example_remove(struct platform_device *pdev)
{
	pm_runtime_disable(&pdev->dev);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
