// path: drivers/base/example.c
#include <linux/device.h>

struct ex;

struct ex_ops {
	void (*start)(struct ex *ex);
};

struct ex {
	struct device dev;
	const struct ex_ops *ops;
	int depth;
	int ready;
	int rows;
};

int ex_make_file(struct ex *ex);
int ex_drop_file(struct ex *ex);

/* The depth is kept, and the file made later, by who reads it. */
static void ex_set_depth(struct ex *ex, int depth)
{
	ex->depth = depth;
	if (device_is_registered(&ex->dev))
		ex_make_file(ex);
}

static void drv_start(struct ex *ex)
{
	ex_set_depth(ex, 4);
}

static const struct ex_ops drv_ops = { .start = drv_start };

void ex_init(struct ex *ex)
{
	ex->ops = &drv_ops;
}

int ex_add(struct ex *ex)
{
	int ret;

	ex->ops->start(ex);
	ret = device_add(&ex->dev);
	if (ret)
		return ret;
	return ex->depth ? ex_make_file(ex) : 0;
}
