// path: drivers/base/example.c
#include <linux/device.h>

#define LIVE 4

int test_bit(long nr, const volatile unsigned long *addr);
void set_bit(long nr, volatile unsigned long *addr);

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

#define QUICK 1
static int drv_setup(struct ex *ex)
{
	if (!test_bit(QUICK, &ex->flags))
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
	ex->ops->setup(ex);
	set_bit(LIVE, &ex->flags);
	return device_add(&ex->dev);
}
