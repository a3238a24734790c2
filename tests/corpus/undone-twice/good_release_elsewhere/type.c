// path: drivers/example/type.c
#include "card.h"

static void card_release(struct device *dev)
{
	struct card *card = to_card(dev);

	kfree(card->samples);
	kfree(card);
}

const struct device_type card_type = {
	.name = "card",
	.release = card_release,
};
