// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>

struct example {
	int irq;
};

irqreturn_t example_isr(int irq, void *data);

int example_probe(struct platform_device *pdev, struct example *ex)
{
	ex->irq = platform_get_irq(pdev, 0);
	if (ex->irq < 0)
		return ex->irq;
	return request_irq(ex->irq, example_isr, 0, "example", ex);
}
