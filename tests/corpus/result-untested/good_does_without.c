// path: drivers/i2c/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>

struct example {
	int irq, use_irq;
};

irqreturn_t example_isr(int irq, void *data);

int example_probe(struct platform_device *pdev, struct example *ex)
{
	int irq, error;

	irq = platform_get_irq(pdev, 0);
	error = devm_request_irq(&pdev->dev, irq, example_isr, 0, "example", ex);
	if (!error)
		ex->use_irq = 1;
	platform_set_drvdata(pdev, ex);
	return 0;
}

int example_other_probe(struct platform_device *pdev, struct example *ex)
{
	int ret;

	ex->irq = platform_get_irq(pdev, 0);
	ret = devm_request_irq(&pdev->dev, ex->irq, example_isr, 0, "example", ex);
	if (ret && ex->irq >= 0)
		return ret;
	return 0;
}
