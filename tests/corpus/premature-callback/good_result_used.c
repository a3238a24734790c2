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
		return -EAGAIN;
	return example_map(ex);
}

static const struct example_ops driver_ops = { .setup = driver_setup };

/* Whoever adds learns of it. */
int example_add(struct example *ex)
{
	int ret;

	ex->ops = &driver_ops;
	ret = ex->ops->setup(ex);
	if (ret && ret != -EAGAIN)
		return ret;
	ret = device_add(&ex->dev);
	return ret;
}
