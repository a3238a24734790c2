// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct example {
	int id;
};

int example_create(struct example **out)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);

	if (!ex)
		pr_err("no memory\n");
	ex->id = 1; // expect: unchecked-allocation
	*out = ex;
	return 0;
}
