// path: drivers/iommu/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/list.h>
#include <linux/types.h>

struct slot {
	struct list_head node;
	int number;
	int state;
};

static struct slot *find_slot(struct list_head *slots, int number)
{
	struct slot *slot;

	list_for_each_entry(slot, slots, node) {
		if (slot->number == number)
			return slot;
	}
	return NULL;
}

static inline struct slot *first_slot(struct list_head *slots)
{
	return find_slot(slots, 0);
}

int first_state(struct list_head *slots)
{
	return first_slot(slots)->state; // expect: unchecked-search
}
