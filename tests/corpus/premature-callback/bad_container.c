// path: drivers/base/example.c
#include <linux/device.h>

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))
#define to_ex(d) container_of(d, struct ex, dev)

struct ex;

struct ex_ops {
	int (*setup_dev)(struct device *dev);
};

struct ex {
	struct device dev;
	const struct ex_ops *ops;
	int live;
};

int ex_map(struct ex *ex);

static int drv_setup(struct device *dev)
{
	struct ex *ex = to_ex(dev);

	if (!ex->live)
		return 0;
	return ex_map(ex);
}

static const struct ex_ops drv_ops = { .setup_dev = drv_setup };

void ex_init(struct ex *ex)
{
	ex->ops = &drv_ops;
}

int ex_add(struct ex *ex)
{
	int ret;

	ex->ops->setup_dev(&ex->dev); // expect: premature-callback
	ret = device_add(&ex->dev);
	if (ret)
		return ret;
	ex->live = 1;
	return 0;
}
