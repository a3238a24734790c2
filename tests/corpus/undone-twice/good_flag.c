// path: drivers/pci/example.c
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

/* As bad_direct.c, but a flag tells the error path how far it came. */
int example_probe(struct unit *unit)
{
	int enabled = 0;
	int rc;

	rc = example_enable(unit);
	if (rc)
		goto err;
	enabled = 1;
	rc = example_start(unit);
	if (rc)
		goto err;
	return 0;

err:
	if (enabled)
		example_disable(unit);
	return rc;
}
