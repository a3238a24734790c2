// path: drivers/base/example.c
#include <linux/device.h>

struct ex;

struct ex_ops {
	int (*setup)(struct ex *ex);
};

struct ex {
	struct device dev;
	const struct ex_ops *ops;
	void *table;
	void *group;
};

void *make_table(struct ex *ex);
void *make_group(struct ex *ex);

static int drv_setup(struct ex *ex)
{
	ex->table = make_table(ex);
	if (device_is_registered(&ex->dev))
		ex->group = make_group(ex);
	return 0;
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
	
	return 0;
}
