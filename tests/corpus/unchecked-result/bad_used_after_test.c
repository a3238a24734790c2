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
		pr_err("no memory\n");
	ex->id = 1; // expect: unchecked-result
	*out = ex;
	return 0;
}
