// path: drivers/media/example.c
#include <linux/slab.h>

struct context {
	void *buffer;
	size_t size;
};

/* Callers that pass 0 want the buffer gone, and end the context next. */
static int example_resize(struct context *ctx, size_t size)
{
	kfree(ctx->buffer);
	if (size == 0)
		return 0;
	ctx->buffer = kmalloc(size, GFP_KERNEL);
	if (!ctx->buffer)
		return -ENOMEM;
	ctx->size = size;
	return 0;
}

int example_set_size(struct context *ctx, size_t size)
{
	return example_resize(ctx, size);
}

void example_close(struct context *ctx)
{
	example_resize(ctx, 0);
	kfree(ctx);
}
