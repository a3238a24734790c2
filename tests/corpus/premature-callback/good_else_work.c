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
	int state;
	void *table;
	void *group;
};

void *make_table(struct ex *ex);
void *make_group(struct ex *ex);

static int drv_setup(struct ex *ex)
{
	ex->table = make_table(ex);
	if (ex->live)
		ex->group = make_group(ex);
	else
		ex->state = 1;
	return 0;
}

static const struct ex_ops drv_ops = { .setup = drv_setup };

void ex_init(struct ex *ex)
{
	ex->ops = &drv_ops;
}

int ex_add(struct ex *ex)
{
	ex->ops->setup(ex);
	ex->live = 1;
	return device_add(&ex->dev);
}
