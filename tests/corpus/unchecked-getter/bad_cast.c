// path: arch/powerpc/platforms/example/port.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/of.h>

u32 example_rate(struct device_node *np)
{
	return *(u32 *)of_get_property(np, "clock-frequency", NULL); // expect: unchecked-getter "*of_get_property(np"
}
