// path: drivers/char/example/names.c
#include <linux/slab.h>
#include <linux/string.h>

struct item {
	char *name;
};

/* Two names are compared where there are two. */
int item_matches(struct item *item, const char *name)
{
	item->name = kstrdup(name, GFP_KERNEL);
	if (item->name || name) {
		if (!item->name != !name)
			return 0;
		if (name && strcmp(item->name, name))
			return 0;
	}
	return 1;
}
