// path: drivers/example/members.c
#include <linux/errno.h>
#include "unit.h"

int member_join(struct unit *unit, struct member *member)
{
	if (!unit->table)
		return -ENODEV;
	member->cached = unit->table;
	return 0;
}

int member_size(struct member *member)
{
	return member->cached->size;
}
