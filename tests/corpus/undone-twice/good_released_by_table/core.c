// path: drivers/gpu/drm/a/core.c
#include <linux/slab.h>
#include "ops.h"
int hw_start(struct owner *o);
void owner_setup(struct owner *o)
{
	o->ops = &dma_res_ops;
}
int owner_start(struct owner *o)
{
	int ret = o->ops->init(&o->res);

	if (ret)
		return ret;
	ret = hw_start(o);
	if (ret)
		o->ops->release(&o->res);
	return ret;
}
int owner_open(struct owner *o)
{
	int ret = owner_start(o);

	if (ret) {
		o->ops->release(&o->res);
		return ret;
	}
	return 0;
}
