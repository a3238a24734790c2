// path: drivers/pci/example.c
#include <linux/slab.h>

struct example {
	char *name;
	int users;
};

void example_retire(struct example *ex);

/* As bad_early_return.c, but the container goes where kscan cannot see. */
int example_rename(struct example *ex, const char *name)
{
	kfree(ex->name);
	if (!ex->users) {
		example_retire(ex);
		return 0;
	}
	ex->name = kstrdup(name, GFP_KERNEL);
	return ex->name ? 0 : -ENOMEM;
}
