// path: drivers/pci/example.c
#include <linux/list.h>
#include <linux/slab.h>

struct item {
	struct list_head node;
	char *name;
	const char *source;
};

/* What had no name is another item at the next turn. */
int example_named(struct list_head *items)
{
	struct item *item;
	int count = 0;

	list_for_each_entry(item, items, node) {
		if (item->source && !item->name)
			item->name = kstrdup(item->source, GFP_KERNEL);
		if (item->source && !item->name)
			continue;
		if (item->source && item->name[0] == 'x')
			count++;
	}
	return count;
}
