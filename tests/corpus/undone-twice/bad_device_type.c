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

static const struct device_type card_type = {
	.name = "card",
	.release = card_release,
};

struct card *card_make(struct device *parent, int nr)
{
	struct card *card;

	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return NULL;
	card->nr = nr;
	device_initialize(&card->device);
	card->device.type = &card_type;
	card->samples = kcalloc(nr, 4, GFP_KERNEL);
	if (!card->samples)
		goto put;
	if (device_add(&card->device))
		goto free;
	return card;

free:
	kfree(card->samples); // expect: undone-twice
put:
	put_device(&card->device);
	return NULL;
}
