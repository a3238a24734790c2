// path: drivers/example/slots.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>
#include <linux/slab.h>

struct slot {
	int id;
	struct device conf;
};

struct card {
	struct slot **slots;
	int count;
};

static inline struct device *slot_device(struct slot *slot)
{
	return &slot->conf;
}

/* The loop at the end puts what the turns before stored with their slots. */
int card_setup_slots(struct card *card)
{
	struct device *dev;
	struct slot *slot;
	int i, ret = 0;

	for (i = 0; i < card->count; i++) {
		slot = kzalloc(sizeof(*slot), GFP_KERNEL);
		if (!slot) {
			ret = -ENOMEM;
			goto unwind;
		}
		dev = slot_device(slot);
		device_initialize(dev);
		ret = dev_set_name(dev, "slot%d", i);
		if (ret < 0) {
			put_device(dev);
			goto unwind;
		}
		card->slots[i] = slot;
	}
	return 0;
unwind:
	while (--i >= 0) {
		dev = slot_device(card->slots[i]);
		put_device(dev);
	}
	return ret;
}

/* The caller gets the slot, whose device it puts. */
struct slot *slot_find(const struct class *class, const void *key)
{
	struct device *dev = class_find_device(class, NULL, key, slot_matches);
	struct slot *slot = NULL;

	if (dev) {
		slot = dev_get_drvdata(dev);
		slot->id++;
	}
	return slot;
}
