// path: drivers/pci/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>

int example_late(void);
unsigned int readl(const volatile void *address);

int example_start(struct platform_device *pdev, unsigned long *start)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);

	*start = res->start; // expect: unchecked-result
	if (example_late() && res)
		return 1;
	return 0;
}

unsigned int example_warned(unsigned long address)
{
	unsigned int *regs = ioremap(address, 16);

	WARN_ON(!regs);
	return readl(regs + 1); // expect: unchecked-result
}
