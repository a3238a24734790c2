// path: drivers/gpu/drm/example.c
// An allocation that waits for ever, behind two helpers: neither gives NULL.
#include <linux/err.h>
#include <linux/slab.h>

struct example_buf {
	int size;
	void *data;
};

static struct example_buf *example_get(struct kmem_cache *cache, int size)
{
	struct example_buf *buf = kmem_cache_zalloc(cache, GFP_KERNEL | __GFP_NOFAIL);

	buf->size = size;
	return buf;
}

static void *example_command(struct kmem_cache *cache, struct example_buf **out, int size)
{
	struct example_buf *buf = example_get(cache, size);

	*out = buf;
	return buf->data;
}

int example_queue(struct kmem_cache *cache)
{
	struct example_buf *buf;

	example_command(cache, &buf, 8);
	return buf->size;
}

int example_old(struct kmem_cache *cache)
{
	struct example_buf *buf = example_get(cache, 4);

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	return buf->size;
}
