// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>

void example_wake(int irq);

void example_suspend(struct platform_device *pdev)
{
	example_wake(platform_get_irq(pdev, 0));
}
