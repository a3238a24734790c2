// path: drivers/example/named.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>

irqreturn_t example_isr(int irq, void *data);

int example_probe(struct platform_device *pdev)
{
	int irq = platform_get_irq_byname(pdev, "done"); // expect: result-untested

	return devm_request_irq(&pdev->dev, irq, example_isr, 0, "example", pdev);
}
