// path: drivers/crypto/w/core.c
#include <linux/slab.h>
#include "w.h"
int wctx_arm(struct wctx *c);
int wctx_start(struct wctx *c)
{
	int ret;

	ret = wctx_arm(c);
	if (ret) {
		wctx_drop(c);
		return ret;
	}
	c->key = kzalloc(8, GFP_KERNEL);
	return c->key ? 0 : -ENOMEM;
}
int wctx_open(struct wctx *c)
{
	int ret = wctx_start(c);

	if (ret)
		wctx_drop(c);
	return ret;
}
