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

/* The status is kept where a pointer leads. */
void example_open(struct unit *unit, int *err)
{
	*err = example_enable(unit);
	if (*err)
		return;
	if (unit->mode < 0)
		example_disable(unit);
}
