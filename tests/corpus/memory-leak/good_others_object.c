// path: drivers/gpu/drm/example.c
// models: commit 3c14b73454cf ("powerpc/pseries: Interface to represent PAPR firmware attributes")
#include <linux/slab.h>
#include <linux/gfp.h>
#include <linux/skbuff.h>

enum example_kind { EXAMPLE_POOL, EXAMPLE_HEAP };

struct part {
	void *ops;
};

struct example {
	enum example_kind kind;
	struct part *part;
	void *state;
	void *table;
};

struct table {
	void *ops;
};

int example_start(struct example *ex);
int example_take(void *table);
struct example *example_of(void *file);
struct page *example_cma(int order);
void example_cma_free(struct page *page);
struct table *example_create(struct table *table, void *start);

/* Whoever ends the object that was there before may free what is in it. */
static int example_open(void *file)
{
	struct example *ex = example_of(file);

	ex->state = kzalloc(64, GFP_KERNEL);
	if (!ex->state)
		return -ENOMEM;
	ex->table = kzalloc(64, GFP_KERNEL);
	if (!ex->table)
		return -ENOMEM;
	return 0;
}

/* Where a function succeeds that frees nothing on failure, it has it. */
static int example_give(struct example *ex)
{
	void *table = kzalloc(64, GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	if (example_take(table)) {
		kfree(table);
		return -EIO;
	}
	if (example_start(ex))
		return -EINVAL;
	return 0;
}

/* From one of two places, and back to it. */
static int example_either(struct example *ex, int order)
{
	struct page *page = example_cma(order);
	unsigned long start = 0;
	int cma = page != NULL;

	if (!cma)
		start = __get_free_pages(GFP_KERNEL, order);
	if (!cma && !start)
		return -ENOMEM;
	if (example_start(ex)) {
		if (cma)
			example_cma_free(page);
		else
			free_pages(start, order);
		return -EIO;
	}
	ex->state = (void *)start;
	return 0;
}

/* One of two kinds. */
static int example_kinds(struct example *ex, bool heap)
{
	void *text = NULL;

	ex->kind = EXAMPLE_POOL;
	if (heap) {
		text = kzalloc(64, GFP_KERNEL);
		if (!text)
			return -ENOMEM;
		ex->kind = EXAMPLE_HEAP;
	}
	if (ex->kind == EXAMPLE_POOL) {
		if (example_start(ex))
			return -EIO;
	}
	if (ex->kind == EXAMPLE_HEAP)
		kfree(text);
	return 0;
}

/* What a pointer in it leads to is no part of it: nobody else has it by that. */
static struct table *example_parts(void *from)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	struct table *table, *made;

	if (!ex)
		return NULL;
	table = kzalloc(sizeof(*table), GFP_KERNEL);
	if (!table) {
		kfree(ex);
		return NULL;
	}
	ex->part = from;
	table->ops = &ex->part->ops;
	made = example_create(table, ex);
	if (!made)
		return NULL;
	return made;
}

/* What lies behind a head of its own. */
static void *example_behind(struct example *ex)
{
	void *text = kzalloc(64, GFP_KERNEL);

	if (!text)
		return NULL;
	memset(text, 0, 16);
	return text + sizeof(*ex);
}

const void *example_calls[] = {
	example_behind,
	example_open, example_give, example_either, example_kinds, example_parts,
};
