// path: drivers/pci/example.c
// models: commit 39ab9555c241 ("iommu: Add sysfs bindings for struct iommu_device")
#include <linux/io.h>

struct example {
	void __iomem *regs;
	void __iomem *more;
	struct clk *clk;
	unsigned long start;
};

static int example_irq(struct example *ex);

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	if (!request_mem_region(ex->start, 64, "example"))
		return -EBUSY;
	ex->regs = ioremap(ex->start, 64);
	if (!ex->regs) {
		release_mem_region(ex->start, 64);
		ret = -ENOMEM;
		goto out;
	}
	ret = example_irq(ex);
	if (ret)
		goto unmap;
	return 0;

unmap:
	iounmap(ex->regs);
out:
	return ret; // expect: missing-undo
}

static int example_flagged(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	if (!ex->more)
		dev_dbg(&pdev->dev, "no more\n");
	ret = clk_prepare_enable(ex->clk);
	if (ret)
		return ret;
	ret = example_irq(ex);
	if (ret)
		return ret; // expect: missing-undo
	clk_disable_unprepare(ex->clk);
	ret = clk_prepare_enable(ex->clk);
	return ret;
}

static struct platform_driver example_driver = {
	.probe = example_probe,
};

static struct platform_driver example_other = {
	.probe = example_flagged,
};
