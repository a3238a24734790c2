// path: drivers/pci/example.c
#include <linux/slab.h>

struct example {
	char *name;
	int users;
};

/* As bad_early_return.c, but the container goes as well. */
int example_put(struct example *ex, const char *name)
{
	kfree(ex->name);
	if (!ex->users) {
		kfree(ex);
		return 0;
	}
	ex->name = kstrdup(name, GFP_KERNEL);
	return ex->name ? 0 : -ENOMEM;
}
