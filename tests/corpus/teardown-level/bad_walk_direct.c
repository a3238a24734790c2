// path: drivers/mmc/host/example.c
#include <linux/slab.h>
#include <linux/list.h>

struct card {
	struct list_head node;
	struct host *host;
	void *buffer;
};

struct card_ops {
	void (*remove)(struct card *card);
};

struct host {
	struct list_head cards;
	const struct card_ops *ops;
	void *table;
};

int host_init(struct host *host)
{
	host->table = kmalloc(64, GFP_KERNEL);
	if (!host->table)
		return -ENOMEM;
	return 0;
}

static void card_remove(struct card *card)
{
	kfree(card->buffer);
	// expect: teardown-level
	kfree(card->host->table); // expect: free-without-clearing
}

static const struct card_ops card_ops = { .remove = card_remove };

void host_remove(struct host *host)
{
	struct card *card;

	list_for_each_entry(card, &host->cards, node)
		card_remove(card);
}
