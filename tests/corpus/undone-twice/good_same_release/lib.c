// path: drivers/crypto/w/lib.c
#include <linux/slab.h>
#include "w.h"
void wctx_drop(struct wctx *c)
{
	kfree(c->key);
}
