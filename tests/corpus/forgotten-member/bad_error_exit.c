// path: drivers/dma/example.c
// models: commit 77cd62e8082b ("fsldma: allow Freescale Elo DMA driver to be compiled as a module")
#include <linux/of_irq.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

int example_start(struct device *dev, unsigned int irq);
void example_halt(struct device *dev);

struct example {
	struct device *dev;
	unsigned int irq;
};

static int example_probe(struct platform_device *pdev)
{
	struct example *ex;
	int ret;

	ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	ex->dev = &pdev->dev;
	ex->irq = irq_of_parse_and_map(pdev->dev.of_node, 0);
	ret = example_start(ex->dev, ex->irq);
	if (ret)
		goto dispose;
	platform_set_drvdata(pdev, ex);
	return 0;

dispose:
	irq_dispose_mapping(ex->irq);
	kfree(ex);
	return ret;
}

static void example_remove(struct platform_device *pdev) // expect: setup-not-undone
{
	struct example *ex = platform_get_drvdata(pdev);

	example_halt(ex->dev);
	kfree(ex); // expect: forgotten-member
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
