// path: drivers/pci/example.c
#include <linux/slab.h>

struct unit {
	u32 *map;
	int mode;
};

int example_start(struct unit *unit);

static void example_discard(struct unit *unit)
{
	kfree(unit->map);
}

int example_enable(struct unit *unit)
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

#define is_flash(unit) ((unit)->mode == 1)
#define is_volume(unit) ((unit)->mode == 2)

/* Two undos, each for another kind of unit. */
void example_clean_up(struct unit *unit)
{
	if (is_flash(unit))
		example_discard(unit);
	if (is_volume(unit))
		example_disable(unit);
}
