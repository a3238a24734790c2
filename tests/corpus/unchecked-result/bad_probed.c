// path: drivers/i2c/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/ioport.h>
#include <linux/platform_device.h>

static int example_probe(struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);

	if (!res)
		return -ENODEV;
	return 0;
}

/* The device would not have been probed without it. */
static unsigned long example_remove(struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);

	return res->start; // expect: unchecked-result
}
