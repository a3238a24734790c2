#include <linux/device.h>

#define BUS_NOTIFY_ADD_DEVICE 1
#define BUS_NOTIFY_BOUND_DRIVER 5

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *data);
};

struct bus_type {
	int (*dma_configure)(struct device *dev);
};

struct unit {
	struct device dev;
	struct unit *up;
	const struct bus_type *bus;
	int *spec;
	struct group *group;
};

struct group *group_alloc(void);
int *spec_read(struct device *dev);
int spec_check(int *spec, struct unit *unit);

#define to_unit(d) container_of(d, struct unit, dev)

static inline struct group *unit_group(struct unit *unit)
{
	return unit->group;
}

/* The group of the nearest unit above that has one, else a new one. */
static struct group *unit_group_for(struct unit *unit)
{
	struct unit *up = unit->up;

	for (; up; up = up->up)
		if (unit_group(up))
			return unit_group(up);
	return group_alloc();
}

static int unit_attach(struct unit *unit)
{
	if (!unit->spec)
		return -ENODEV;
	unit->group = unit_group_for(unit);
	return 0;
}

static int unit_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	struct unit *unit = data;

	if (action == BUS_NOTIFY_ADD_DEVICE)
		return unit_attach(unit);
	return 0;
}

static struct notifier_block unit_nb = { .notifier_call = unit_notify };

static int unit_configure(struct unit *unit)
{
	unit->spec = spec_read(&unit->dev);
	return unit_attach(unit);
}

static int example_dma_configure(struct device *dev)
{
	struct unit *unit = to_unit(dev);

	return unit_configure(unit);
}

const struct bus_type example_bus = { .dma_configure = example_dma_configure };

/* Drivers are probed in any order. */
int really_probe(struct unit *unit)
{
	return unit->bus->dma_configure(&unit->dev);
}
