// path: drivers/tty/serial/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/slab.h>

struct channel {
	int number;
};

struct board {
	int count;
	struct channel *channels[8];
};

/* Elements without memory are passed over, by the element that the variable is a copy of. */
void board_setup(struct board *board)
{
	struct channel *channel;
	int i;

	for (i = 0; i < board->count; i++) {
		board->channels[i] = kzalloc(sizeof(struct channel), GFP_KERNEL);
		if (!board->channels[i])
			pr_err("no memory for channel %d\n", i);
	}
	channel = board->channels[0];
	for (i = 0; i < board->count; i++, channel = board->channels[i]) {
		if (!board->channels[i])
			continue;
		channel->number = i;
	}
}
