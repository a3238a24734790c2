// path: drivers/pci/example.c
#include <linux/slab.h>

struct table {
	int base;
};

/* A flag knows whether there is anything. */
struct table *example_make(int base)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	bool made = (table != NULL);

	if (!made)
		return NULL;
	table->base = base;
	return table;
}
