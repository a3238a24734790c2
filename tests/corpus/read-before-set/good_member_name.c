// path: drivers/net/example.c
// models: commit 6a5f850aa83a ("ASoC: fsl: Add imx-hdmi machine driver")
#include <linux/types.h>

struct area {
	u32 *dmae[8];
};

struct example {
	struct area *area;
	int count;
};

#define example_area(ex, var) (&(ex)->area->var)

int example_start(struct example *ex)
{
	u32 **dmae;

	if (!ex->area)
		return -EINVAL;
	dmae = example_area(ex, dmae[ex->count++]);
	return **dmae;
}
