// path: drivers/pci/example.c
// models: commit 934e9d137d93 ("PCI: endpoint: pci-epf-test: Fix double free that causes kernel to oops")
#include <linux/slab.h>

struct example {
	char *name;
	int users;
};

/* As bad_early_return.c, with the one line that was missing. */
int example_rename(struct example *ex, const char *name)
{
	kfree(ex->name);
	ex->name = NULL;
	if (!ex->users)
		return 0;
	ex->name = kstrdup(name, GFP_KERNEL);
	return ex->name ? 0 : -ENOMEM;
}
