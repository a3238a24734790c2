// path: fs/example.c
#include <linux/slab.h>

typedef struct mempool {
	int free;
} mempool_t;

void *mempool_alloc(mempool_t *pool, gfp_t flags);

struct example {
	void *buffer;
	mempool_t pool;
};

/* mempool_alloc() waits rather than fail here, so the test below cannot hold; kscan does not know. */
int example_grow(struct example *ex, size_t size)
{
	void *buffer = kmalloc(size, GFP_KERNEL);

	if (!buffer) {
		buffer = mempool_alloc(&ex->pool, GFP_KERNEL);
		kfree(ex->buffer); // expect-fp: free-without-clearing
	}
	if (!buffer)
		return -ENOMEM;
	ex->buffer = buffer;
	return 0;
}
