// path: drivers/pci/example.c
#include <linux/slab.h>
#include <linux/string.h>

struct example {
	char *name;
	int users;
};

/* As bad_early_return.c, but the whole container is wiped. */
int example_rename(struct example *ex, const char *name)
{
	kfree(ex->name);
	if (!ex->users) {
		memset(ex, 0, sizeof(*ex));
		return 0;
	}
	ex->name = kstrdup(name, GFP_KERNEL);
	return ex->name ? 0 : -ENOMEM;
}
