// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

int example_list(int **found, int most);

int example_scan(int most)
{
	int **found = kcalloc(most, sizeof(*found), GFP_KERNEL);
	int count = 0, i, ret = -ENOMEM;

	if (!found)
		goto out;
	count = example_list(found, most);
	ret = 0;
out:
	for (i = 0; i < count; i++)
		kfree(found[i]);
	kfree(found);
	return ret;
}
