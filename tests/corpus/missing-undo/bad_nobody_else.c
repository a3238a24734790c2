// path: drivers/pci/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/interrupt.h>

struct example {
	struct clk *clk;
	struct irq_domain *domain;
};

static int example_start(struct example *ex);

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	ret = clk_prepare_enable(ex->clk);
	if (ret)
		return ret;
	ret = example_start(ex);
	if (ret)
		return ret; // expect: missing-undo
	return 0;
}

static int example_stored(struct platform_device *pdev, struct example *ex)
{
	int ret;

	ex->domain = irq_domain_add_linear(pdev->dev.of_node, 4, NULL, ex);
	if (!ex->domain)
		return -ENOMEM;
	ret = example_start(ex);
	if (ret)
		return ret; // expect: missing-undo
	return 0;
}

static struct platform_driver example_driver = {
	.probe = example_probe,
};
