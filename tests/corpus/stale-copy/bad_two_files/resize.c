// path: drivers/example/resize.c
#include <linux/slab.h>
#include "unit.h"

int unit_resize(struct unit *unit, int size)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	table->size = size;
	kfree(unit->table); // expect: stale-copy
	unit->table = table;
	return 0;
}
