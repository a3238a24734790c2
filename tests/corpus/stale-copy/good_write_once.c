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

static void lanes_detach(struct fabric *f)
{
	struct lane *l;

	list_for_each_entry(l, &f->lanes, link)
		WRITE_ONCE(l->xl, NULL);
}

int fabric_join(struct fabric *f, struct lane *l)
{
	l->xl = f->xl;
	list_add(&l->link, &f->lanes);
	return 0;
}

int fabric_rebuild(struct fabric *f, unsigned int order)
{
	struct xlat *fresh = xlat_build(order);

	if (!fresh)
		return -ENOMEM;
	lanes_detach(f);
	kfree(f->xl);
	f->xl = fresh;
	return 0;
}
