// path: drivers/pci/example.c
// models: commit 075c7125b11c ("ASoC: fsl: Add support for QMC audio")
#include <linux/slab.h>

struct example {
	const char *name;
};

int example_name(struct device *dev, struct example *ex, int id)
{
	ex->name = devm_kasprintf(dev, GFP_KERNEL, "example.%d", id); // expect: unchecked-result
	return 0;
}
