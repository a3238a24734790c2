// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct table {
	int base;
};

struct example {
	struct table *table;
	int last;
};

int example_grow(struct example *ex)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table) {
		ex->last = ex->table->base + 1;
		return -ENOMEM;
	}
	table->base = ex->last;
	ex->table = table;
	return 0;
}
