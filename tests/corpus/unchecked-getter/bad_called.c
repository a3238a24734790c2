// path: drivers/pci/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/ioport.h>
#include <linux/platform_device.h>

struct example {
	unsigned long size;
};

int example_measure(struct platform_device *pdev, struct example *ex)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 1);

	ex->size = res->end - res->start; // expect: unchecked-getter
	return 0;
}
