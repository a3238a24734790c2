// path: drivers/gpu/drm/a/dma.c
#include <linux/slab.h>
#include "ops.h"
static int dma_init(struct res *r)
{
	r->pages = kzalloc(4096, GFP_KERNEL);
	return r->pages ? 0 : -ENOMEM;
}
static void dma_release(struct res *r)
{
	kfree(r->pages);
	r->pages = NULL;
}
const struct res_ops dma_res_ops = { .init = dma_init, .release = dma_release };
