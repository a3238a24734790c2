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

/* Two getters deep, and negated twice. */
static int example_is_hidden(struct example *ex)
{
	return !device_is_registered(&ex->dev);
}

static int driver_setup(struct example *ex)
{
	if (example_is_hidden(ex))
		return 0;
	ex->mapped = 1;
	return example_map(ex);
}

static const struct example_ops driver_ops = { .setup = driver_setup };

int example_add(struct example *ex)
{
	ex->ops = &driver_ops;
	ex->ops->setup(ex);
	return device_add(&ex->dev);
}
