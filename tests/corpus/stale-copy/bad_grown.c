// path: drivers/dma/fabric.c
#include <linux/list.h>
#include <linux/slab.h>

struct xlat {
	unsigned long *pages;
	unsigned int order;
};

struct lane {
	struct list_head link;
	struct xlat *xl;
	u32 cookie;
};

struct fabric {
	struct list_head lanes;
	struct xlat *xl;
	int nr;
};

struct xlat *xlat_build(unsigned int order);

unsigned long lane_lookup(struct lane *l, int i)
{
	return l->xl->pages[i];
}

int fabric_join(struct fabric *f, struct lane *l)
{
	l->xl = f->xl;
	list_add(&l->link, &f->lanes);
	return 0;
}

int fabric_grow(struct fabric *f, int n)
{
	void *bigger = krealloc(f->xl, n, GFP_KERNEL); // expect: stale-copy

	if (!bigger)
		return -ENOMEM;
	f->xl = bigger;
	return 0;
}
