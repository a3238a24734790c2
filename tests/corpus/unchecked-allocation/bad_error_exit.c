// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct example {
	int *sizes;
	int count;
};

int example_fill(struct example *ex);

int example_create(struct example *ex, int count)
{
	int ret;

	ret = example_fill(ex);
	if (ret)
		return ret;
	ex->sizes = kcalloc(count, sizeof(*ex->sizes), GFP_KERNEL);
	if (!ex->sizes) {
		ret = -ENOMEM;
		goto out;
	}
	ex->count = count;
	return 0;
out:
	ex->count = ex->sizes[0]; // expect: unchecked-allocation
	return ret;
}
