// path: drivers/iommu/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/list.h>

struct slot {
	struct list_head node;
	int number;
	int state;
};

static struct slot *find_slot(struct list_head *slots, int number)
{
	struct slot *found = NULL, *slot;

	list_for_each_entry(slot, slots, node) {
		if (slot->number == number) {
			found = slot;
			break;
		}
	}
	return found;
}

static void mark(struct slot *slot)
{
	if (slot)
		slot->state = 2;
}

void slot_changed(struct list_head *slots, int number)
{
	mark(find_slot(slots, number));
}
