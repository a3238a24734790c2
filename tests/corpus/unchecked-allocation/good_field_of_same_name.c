// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct table {
	int base;
};

struct example {
	struct table *table;
};

int example_set_up(struct example *ex, int base)
{
	struct table *table;

	table = ex->table = kzalloc(sizeof(*table), GFP_KERNEL);
	if (!ex->table)
		return -ENOMEM;
	table->base = base;
	return 0;
}
