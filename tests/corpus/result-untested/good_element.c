// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>

int example_channel(struct platform_device *pdev, int irq);

int example_probe(struct platform_device *pdev)
{
	int irq[4], i, ret;

	for (i = 0; i < 4; i++) {
		irq[i] = platform_get_irq(pdev, i);
		if (irq[i] < 0)
			continue;
		ret = example_channel(pdev, irq[i]);
		if (ret)
			return ret;
	}
	return 0;
}
