// path: drivers/pci/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/io.h>

struct example_regs {
	u32 mode;
	u32 state;
};

static struct example_regs __iomem *regs;

void example_init(phys_addr_t start)
{
	regs = ioremap(start, sizeof(*regs));
	writel(1, &regs->mode); // expect: unchecked-getter
}
