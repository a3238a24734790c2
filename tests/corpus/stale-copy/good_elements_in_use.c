// path: drivers/example/pool.c
#include <linux/slab.h>

bool test_bit(long nr, const volatile unsigned long *addr);

struct pool {
	void *buffers[16];
	unsigned long used;
};

struct order {
	void *buffer;
};

int order_take(struct pool *pool, struct order *order, int tag)
{
	if (!pool->buffers[tag])
		pool->buffers[tag] = kzalloc(64, GFP_KERNEL);
	order->buffer = pool->buffers[tag];
	return order->buffer ? 0 : -ENOMEM;
}

void order_fill(struct order *order)
{
	memset(order->buffer, 0, 64);
}

void pool_trim(struct pool *pool)
{
	int tag;

	for (tag = 0; tag < 16; tag++) {
		if (test_bit(tag, &pool->used))
			continue;
		kfree(pool->buffers[tag]);
		pool->buffers[tag] = NULL;
	}
}
