// path: drivers/pci/example.c
// models: commit 934e9d137d93 ("PCI: endpoint: pci-epf-test: Fix double free that causes kernel to oops")
#include <linux/slab.h>

struct example {
	char *name;
	int users;
};

/* One path stores a new name, so the container lives on; the other leaves the old one. */
int example_rename(struct example *ex, const char *name)
{
	kfree(ex->name); // expect: free-without-clearing "a later use"
	if (!ex->users)
		return 0;
	ex->name = kstrdup(name, GFP_KERNEL);
	return ex->name ? 0 : -ENOMEM;
}
