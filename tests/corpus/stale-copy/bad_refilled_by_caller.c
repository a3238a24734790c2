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

static void fabric_drop_table(struct fabric *f)
{
	kfree(f->xl->pages);
	kfree(f->xl); // expect: stale-copy
	f->xl = NULL;
}

void fabric_publish(struct fabric *f)
{
	int i;
	struct lane *l;

	list_for_each_entry(l, &f->lanes, link)
		l->xl = f->xl;
}

int fabric_rebuild(struct fabric *f, unsigned int order)
{
	struct xlat *fresh = xlat_build(order);

	if (!fresh)
		return -ENOMEM;
	fabric_drop_table(f);
	f->xl = fresh;
	return 0;
}
