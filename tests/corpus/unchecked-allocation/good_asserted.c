// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/bug.h>
#include <linux/slab.h>

struct example {
	int *sizes;
};

struct example *example_make(int count)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	int *sizes = kcalloc(count, sizeof(*sizes), GFP_KERNEL);

	BUG_ON(!ex || !sizes);
	ex->sizes = sizes;
	sizes[0] = 1;
	return ex;
}
