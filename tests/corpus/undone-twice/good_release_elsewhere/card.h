// path: drivers/example/card.h
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

extern const struct device_type card_type;
