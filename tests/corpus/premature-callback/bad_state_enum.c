// path: drivers/base/example.c
#include <linux/device.h>

struct ex;

struct ex_ops {
	int (*setup)(struct ex *ex);
};

struct ex {
	struct device dev;
	const struct ex_ops *ops;
	int state;
};

int ex_map(struct ex *ex);

enum { EX_NEW, EX_UP = 2 };

void ex_reset(struct ex *ex)
{
	ex->state = EX_NEW;
}

static int drv_setup(struct ex *ex)
{
	if (ex->state != EX_UP)
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
	ex->state = EX_UP;
	return 0;
}
