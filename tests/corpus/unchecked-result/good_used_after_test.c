// path: drivers/pci/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/slab.h>

struct example {
	int id;
};

int example_create(struct example **out)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	ex->id = 1;
	*out = ex;
	return 0;
}
