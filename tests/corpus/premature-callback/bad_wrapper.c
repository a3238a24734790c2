// path: drivers/base/example.c
#include <linux/device.h>

struct ex;

struct ex_ops {
	int (*setup)(struct ex *ex);
};

struct ex {
	struct device dev;
	const struct ex_ops *ops;
};

int ex_map(struct ex *ex);

static int drv_setup(struct ex *ex)
{
	if (!device_is_registered(&ex->dev))
		return 0;
	return ex_map(ex);
}

static const struct ex_ops drv_ops = { .setup = drv_setup };

void ex_init(struct ex *ex)
{
	ex->ops = &drv_ops;
}

static int ex_register(struct ex *ex)
{
	return device_add(&ex->dev);
}

int ex_add(struct ex *ex)
{
	ex->ops->setup(ex); // expect: premature-callback
	return ex_register(ex);
}
