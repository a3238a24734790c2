// path: drivers/pci/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/ioport.h>
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
	struct resource *area;
	struct resource *other;
};

static int example_start(struct example *ex);

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	ex->dev = &pdev->dev;
	pm_runtime_enable(ex->dev);
	ret = example_start(ex);
	if (ret)
		return ret; // expect: missing-undo
	return 0;
}

static int example_region_probe(struct platform_device *pdev, struct resource *res)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	ex->area = request_mem_region(res->start, 64, "example");
	if (!ex->area)
		return -EBUSY;
	ret = example_start(ex);
	if (ret) {
		release_resource(ex->other);
		return ret; // expect: missing-undo
	}
	return 0;
}
