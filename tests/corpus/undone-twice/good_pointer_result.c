// path: drivers/pci/example.c
#include <linux/slab.h>

struct unit {
	u32 *map;
	int mode;
};

int example_start(struct unit *unit);
bool IS_ERR(const void *pointer);
long PTR_ERR(const void *pointer);
void *ERR_PTR(long error);

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

static struct unit *example_open(struct unit *unit)
{
	int rc = example_enable(unit);

	if (rc)
		return ERR_PTR(rc);
	return unit;
}

/* The failure comes up as a pointer, and the undo is for what comes after a success. */
int example_probe(struct unit *unit)
{
	struct unit *opened = example_open(unit);
	int rc;

	if (IS_ERR(opened))
		return PTR_ERR(opened);
	rc = example_start(unit);
	if (rc)
		example_disable(unit);
	return rc;
}
