// path: drivers/pci/example.c
// models: commit faa2e05ad0dc ("PCI: ibmphp: Fix double unmap of io_mem")
#include <linux/slab.h>

struct unit {
	u32 *map;
	int mode;
};

int example_start(struct unit *unit);

static int example_enable(struct unit *unit)
{
	int rc;

	unit->map = kcalloc(4, sizeof(*unit->map), GFP_KERNEL);
	if (!unit->map)
		return -ENOMEM;
	rc = example_start(unit);
	if (rc)
		kfree(unit->map);
	return rc;
}

static int example_reset(struct unit *unit, bool hard)
{
	unit->mode = 0;
	if (hard)
		return example_enable(unit);
	return 0;
}

void example_disable(struct unit *unit)
{
	example_reset(unit, false);
	kfree(unit->map);
	unit->map = NULL;
}
