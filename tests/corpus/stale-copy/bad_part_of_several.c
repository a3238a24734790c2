// path: drivers/example/areas.c
#include <linux/slab.h>

struct area {
	void *start;
	size_t size;
};

struct engine {
	struct area orders;
	struct area answers;
};

struct request {
	void *where;
};

void request_prepare(struct engine *engine, struct request *request)
{
	request->where = engine->orders.start;
}

void request_fill(struct request *request)
{
	memset(request->where, 0, 64);
}

int engine_regrow(struct engine *engine, size_t size)
{
	void *start = kzalloc(size, GFP_KERNEL);

	if (!start)
		return -ENOMEM;
	kfree(engine->orders.start); // expect: stale-copy
	engine->orders.start = start;
	engine->orders.size = size;
	return 0;
}

void engine_forget(struct engine *engine)
{
	kfree(engine->answers.start);
	engine->answers.start = NULL;
}
