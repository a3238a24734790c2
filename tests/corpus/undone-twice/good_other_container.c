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

/* As bad_direct.c, but what is undone is another unit. */
int example_probe(struct unit *unit)
{
	int rc = example_enable(unit);

	if (rc)
		example_disable(unit + 1);
	return rc;
}
