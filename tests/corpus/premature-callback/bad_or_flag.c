// path: drivers/base/example.c
#include <linux/device.h>

#define LIVE 4

struct ex;

struct ex_ops {
	int (*setup)(struct ex *ex);
};

struct ex {
	struct device dev;
	const struct ex_ops *ops;
	unsigned long flags;
};

int ex_map(struct ex *ex);

static int drv_setup(struct ex *ex)
{
	if (!(ex->flags & LIVE))
		return 0;
	return ex_map(ex);
}

static const struct ex_ops drv_ops = { .setup = drv_setup };

void ex_init(struct ex *ex)
{
	ex->ops = &drv_ops;
}

int ex_add(struct ex *ex)
{
	int ret;

	ex->ops->setup(ex); // expect: premature-callback
	ret = device_add(&ex->dev);
	if (ret)
		return ret;
	ex->flags |= LIVE;
	return 0;
}
