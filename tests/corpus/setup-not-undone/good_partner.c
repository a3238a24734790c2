// path: drivers/phy/example.c
// models: commit c19b6d246a35 ("drivers/net: support hdlc function for QE-UCC")
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

void example_halt(struct device *dev);

static int example_probe(struct platform_device *pdev)
{
	pm_runtime_enable(&pdev->dev);
	return 0;
}

static void example_remove(struct platform_device *pdev)
{
	example_halt(&pdev->dev);
	pm_runtime_disable(&pdev->dev);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
