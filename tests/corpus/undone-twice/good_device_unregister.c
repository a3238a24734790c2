// path: drivers/example/card.c
#include <linux/device.h>
#include <linux/slab.h>

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))
#define to_card(d) container_of(d, struct card, device)

struct device_type {
	const char *name;
	void (*release)(struct device *dev);
};

struct card {
	struct device device;
	int *samples;
	int nr;
};

static void card_release(struct device *dev)
{
	struct card *card = to_card(dev);

	kfree(card->samples);
	kfree(card);
}

static void card_init(struct card *card, struct device *parent)
{
	device_initialize(&card->device);
	card->device.parent = parent;
	card->device.release = card_release;
}

struct card *card_make(struct device *parent, int nr)
{
	struct card *card = kzalloc(sizeof(*card), GFP_KERNEL);

	if (!card)
		return NULL;
	card_init(card, parent);
	card->samples = kcalloc(nr, 4, GFP_KERNEL);
	if (!card->samples || device_add(&card->device)) {
		put_device(&card->device);
		return NULL;
	}
	return card;
}

void card_remove(struct card *card)
{
	kfree(card->samples);
	card->samples = NULL;
	device_unregister(&card->device);
}
