// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>

int example_probe(struct platform_device *pdev)
{
	int irq = platform_get_irq(pdev, 0);

	dev_dbg(&pdev->dev, "irq %d\n", irq);
	return 0;
}
