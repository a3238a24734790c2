// path: drivers/pci/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/io.h>

unsigned int example_version(unsigned long address)
{
	unsigned int *regs = ioremap(address, 16);

	return regs[1]; // expect: unchecked-getter
}

struct example {
	void __iomem *regs;
};

void writel(unsigned int value, volatile void *address);

void example_start(struct example *ex, unsigned long address)
{
	ex->regs = ioremap(address, 16);
	writel(1, ex->regs + 4); // expect: unchecked-getter
}
