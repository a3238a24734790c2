// path: drivers/pci/example.c
#include <linux/slab.h>

struct example {
	char *name;
	int users;
};

static void example_reset(struct example *ex)
{
	ex->name = NULL;
	ex->users = 0;
}

/* As bad_early_return.c, but a callee clears the field. */
int example_rename(struct example *ex, const char *name)
{
	kfree(ex->name);
	if (!ex->users) {
		example_reset(ex);
		return 0;
	}
	ex->name = kstrdup(name, GFP_KERNEL);
	return ex->name ? 0 : -ENOMEM;
}
