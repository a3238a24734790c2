// path: drivers/pci/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/ioport.h>
#include <linux/of.h>
#include <linux/platform_device.h>

int example_take(const u32 *cells, int len);

/* Whoever gets it may look. */
int example_cells(struct device_node *np)
{
	int len;
	const u32 *cells = of_get_property(np, "cells", &len);

	return example_take(cells, len);
}

struct resource *example_resource(struct platform_device *pdev)
{
	return platform_get_resource(pdev, IORESOURCE_MEM, 0);
}
