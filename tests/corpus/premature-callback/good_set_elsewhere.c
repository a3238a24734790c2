// path: drivers/base/example.c
#include <linux/device.h>

struct ex;

struct ex_ops {
	int (*setup)(struct ex *ex);
};

struct ex {
	struct device dev;
	const struct ex_ops *ops;
	int live;
};

int ex_map(struct ex *ex);

static int drv_setup(struct ex *ex)
{
	if (!ex->live)
		return 0;
	return ex_map(ex);
}

static const struct ex_ops drv_ops = { .setup = drv_setup };

void ex_init(struct ex *ex)
{
	ex->ops = &drv_ops;
}

void ex_force(struct ex *ex)
{
	ex->live = 1;
}

int ex_add(struct ex *ex)
{
	ex->ops->setup(ex);
	ex->live = 1;
	return device_add(&ex->dev);
}
