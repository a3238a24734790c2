// path: drivers/iommu/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/types.h>

struct slot {
	struct slot *next;
	int state;
};

struct board {
	struct slot *slots;
};

/* No search: it cannot fall through. */
static struct slot *last_slot(struct board *board)
{
	struct slot *slot = board->slots;

	while (slot->next)
		slot = slot->next;
	return slot;
}

int last_state(struct board *board)
{
	return last_slot(board)->state;
}
