// path: drivers/net/ethernet/example/mac.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of_address.h>
#include <linux/platform_device.h>

struct regs;

struct example {
	struct device *dev;
	struct {
		struct regs __iomem *regs;
		u32 filter;
	} mac;
};

static int map(struct example *example)
{
	example->mac.regs = of_iomap(example->dev->of_node, 0);
	if (!example->mac.regs)
		return -EINVAL;
	return 0;
}

/* A neighbour of what may not have been mapped is there in any case. */
int setup(struct example *example)
{
	map(example);
	example->mac.filter = 0;
	return 0;
}
