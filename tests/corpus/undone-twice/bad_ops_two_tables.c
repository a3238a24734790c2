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
	unit->map = NULL;
	return rc;
}

static void example_disable(struct unit *unit)
{
	kfree(unit->map);
	unit->map = NULL;
}

/* The driver that leaves the pointer frees it again; the other one clears it. */
static int other_enable(struct unit *unit)
{
	int rc;

	unit->map = kcalloc(8, sizeof(*unit->map), GFP_KERNEL);
	if (!unit->map)
		return -ENOMEM;
	rc = example_start(unit);
	if (rc)
		kfree(unit->map); // expect: undone-twice
	return rc;
}

static void other_disable(struct unit *unit)
{
	kfree(unit->map);
}

struct driver {
	int (*enable)(struct unit *unit);
	void (*disable)(struct unit *unit);
};

static const struct driver example_driver = {
	.enable = example_enable,
	.disable = example_disable,
};

static const struct driver other_driver = {
	.enable = other_enable,
	.disable = other_disable,
};

/* Through an ops table, whose functions know nothing of each other. */
int example_probe(const struct driver *driver, struct unit *unit)
{
	int rc = driver->enable(unit);

	if (rc)
		driver->disable(unit);
	return rc;
}
