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

static int driver_setup(struct example *ex)
{
	if (!device_is_registered(&ex->dev))
		return 0;
	return example_map(ex);
}

static const struct example_ops driver_ops = { .setup = driver_setup };

static int example_add(struct example *ex)
{
	ex->ops = &driver_ops;
	ex->ops->setup(ex);
	return device_add(&ex->dev);
}

/* The only caller does again what came too early. */
int example_new(struct example *ex)
{
	int ret = example_add(ex);

	if (!ret)
		ret = ex->ops->setup(ex);
	return ret;
}
