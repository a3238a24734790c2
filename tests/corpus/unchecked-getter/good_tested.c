// path: drivers/pci/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>

unsigned long example_start(struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);

	if (!res)
		return 0;
	return res->start;
}

unsigned int example_version(unsigned long address)
{
	unsigned int *regs = ioremap(address, 16);

	return regs ? regs[1] : 0;
}
