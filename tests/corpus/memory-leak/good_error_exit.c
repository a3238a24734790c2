// path: drivers/pci/example.c
// models: commit b9721d275cc2 ("ocxl: Allow external drivers to use OpenCAPI contexts")
#include <linux/slab.h>

struct example {
	int id;
};

int example_create(struct example **out, int id)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	if (id < 0) {
		kfree(ex);
		return -EINVAL;
	}
	ex->id = id;
	*out = ex;
	return 0;
}
