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

int slot_state(struct list_head *slots, int number)
{
	struct slot *slot = find_slot(slots, number);

	return slot ? slot->state : -ENODEV;
}

int slot_enable(struct list_head *slots, int number)
{
	struct slot *slot = find_slot(slots, number);

	if (!slot)
		return -ENODEV;
	slot->state = 1;
	return 0;
}

int slot_disable(struct list_head *slots, int number)
{
	struct slot *slot = find_slot(slots, number);

	if (!slot)
		return -ENODEV;
	slot->state = 0;
	return 0;
}

bool slot_is_there(struct list_head *slots, int number)
{
	struct slot *slot = find_slot(slots, number);

	if (slot)
		return true;
	return false;
}

int slot_number(struct list_head *slots, int number)
{
	struct slot *slot = find_slot(slots, number);

	if (!slot)
		return -ENODEV;
	return slot->number;
}

int slot_set(struct list_head *slots, int number, int state)
{
	struct slot *slot = find_slot(slots, number);

	if (!slot)
		return -ENODEV;
	slot->state = state;
	return 0;
}

int slot_move(struct list_head *slots, int number, int to)
{
	struct slot *slot = find_slot(slots, number);

	if (!slot)
		return -ENODEV;
	slot->number = to;
	return 0;
}

int slot_toggle(struct list_head *slots, int number)
{
	struct slot *slot = find_slot(slots, number);

	if (slot == NULL)
		return -ENODEV;
	slot->state = !slot->state;
	return 0;
}

/* All the others test it. */
void slot_changed(struct list_head *slots, int number)
{
	struct slot *slot = find_slot(slots, number);

	slot->state = 2; // expect: unchecked-search
}
