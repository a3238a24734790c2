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
	struct lane slot[8];
	struct xlat *xl;
	int nr;
};

struct xlat *xlat_build(unsigned int order);

unsigned long lane_lookup(struct lane *l, int i)
{
	return l->xl->pages[i];
}

int fabric_start(struct fabric *f)
{
	struct xlat *xl = xlat_build(3);
	int i;

	if (!xl)
		return -ENOMEM;
	f->xl = xl;
	for (i = 0; i < f->nr; i++)
		f->slot[i].xl = xl;
	return 0;
}

int fabric_rebuild(struct fabric *f, unsigned int order)
{
	struct xlat *fresh = xlat_build(order);
	int i;

	if (!fresh)
		return -ENOMEM;
	kfree(f->xl);
	f->xl = fresh;
	for (i = 0; i < f->nr; i++)
		f->slot[i].xl = fresh;
	return 0;
}
