// path: drivers/example/bigger/resize.c
#include <linux/slab.h>
#include <linux/unit.h>

int unit_resize(struct unit *unit, int size)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	table->size = size;
	kfree(unit->table);
	unit->table = table;
	return 0;
}
