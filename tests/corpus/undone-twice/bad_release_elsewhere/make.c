// path: drivers/example/make.c
#include "card.h"

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
