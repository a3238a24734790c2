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
		goto err_free;
	return 0;

err_free:
	kfree(unit->map);
	return rc;
}

static void example_disable(struct unit *unit)
{
	kfree(unit->map);
	unit->map = NULL;
}

static void example_stop(struct unit *unit, int index)
{
	if (index == 0)
		example_disable(unit);
}

/* As bad_two_wrappers.c, but a number that the caller passes decides about the undo. */
int example_probe(struct unit *unit)
{
	int rc = example_enable(unit);

	if (rc)
		example_stop(unit, rc + unit->mode);
	return rc;
}
