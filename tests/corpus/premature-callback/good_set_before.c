// path: drivers/base/example.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include <linux/device.h>

struct example;

struct example_ops {
	int (*setup)(struct example *ex);
};

struct example {
	struct device dev;
	const struct example_ops *ops;
	int mapped;
};

int example_map(struct example *ex);

/* The registration sets the parent, too, but it is there before the hook runs. */
static int driver_setup(struct example *ex)
{
	if (!ex->dev.kobj.parent)
		return 0;
	return example_map(ex);
}

static const struct example_ops driver_ops = { .setup = driver_setup };

int example_add(struct example *ex, struct device *parent)
{
	ex->ops = &driver_ops;
	ex->dev.kobj.parent = &parent->kobj;
	ex->ops->setup(ex);
	return device_add(&ex->dev);
}
