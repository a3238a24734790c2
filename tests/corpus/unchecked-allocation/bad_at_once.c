// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct example {
	int id;
};

void example_add(struct example **slot, int id)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_ATOMIC);

	ex->id = id; // expect: unchecked-allocation
	*slot = ex;
}
