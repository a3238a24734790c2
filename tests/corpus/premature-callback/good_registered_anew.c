// path: drivers/base/example.c
#include <linux/device.h>

struct ex;

struct ex_ops {
	void (*setup)(struct ex *ex);
};

struct ex {
	struct device dev;
	const struct ex_ops *ops;
};

int ex_map(struct ex *ex);

static void drv_setup(struct ex *ex)
{
	if (!device_is_registered(&ex->dev))
		return;
	ex_map(ex);
}

static const struct ex_ops drv_ops = { .setup = drv_setup };

void ex_init(struct ex *ex)
{
	ex->ops = &drv_ops;
}

static void example_notify(struct device *dev)
{
	struct ex *ex = container_of(dev, struct ex, dev);

	ex->ops->setup(ex);
}

void device_unregister(struct device *dev)
{
	example_notify(dev);
}

/* It is registered, and is taken away to come back with another name. */
int ex_rename(struct ex *ex)
{
	device_unregister(&ex->dev);
	return device_add(&ex->dev);
}
