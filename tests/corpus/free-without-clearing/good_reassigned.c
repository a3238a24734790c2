// path: drivers/pci/example.c
#include <linux/slab.h>

struct example {
	char *name;
	int users;
};

/* As bad_early_return.c, but the early return comes before the free. */
int example_rename(struct example *ex, const char *name)
{
	if (!ex->users)
		return 0;
	kfree(ex->name);
	ex->name = kstrdup(name, GFP_KERNEL);
	return ex->name ? 0 : -ENOMEM;
}
