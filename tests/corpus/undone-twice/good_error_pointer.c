// path: drivers/pci/example.c
// models: commit faa2e05ad0dc ("PCI: ibmphp: Fix double unmap of io_mem")
#include <linux/slab.h>

struct unit {
	u32 *map;
	int mode;
};

void *example_start(struct unit *unit);
bool IS_ERR(const void *pointer);
long PTR_ERR(const void *pointer);

static int example_enable(struct unit *unit)
{
	void *engine;
	int rc;

	unit->map = kcalloc(4, sizeof(*unit->map), GFP_KERNEL);
	if (!unit->map)
		return -ENOMEM;
	engine = example_start(unit);
	if (IS_ERR(engine)) {
		rc = PTR_ERR(engine);
		goto err_free;
	}
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

/* An error number out of a pointer is a failure, and the caller goes on after a success only. */
int example_probe(struct unit *unit)
{
	int rc = example_enable(unit);

	if (rc)
		return rc;
	if (unit->mode < 0)
		example_disable(unit);
	return 0;
}
