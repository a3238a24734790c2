// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>

void example_detach(int irq);

void example_remove(struct platform_device *pdev)
{
	example_detach(platform_get_irq(pdev, 0));
}
