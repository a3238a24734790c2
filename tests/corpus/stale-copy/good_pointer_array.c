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
	struct lane *by_cpu[8];
	struct xlat *xl;
	int nr;
};

struct xlat *xlat_build(unsigned int order);

unsigned long lane_lookup(struct lane *l, int i)
{
	return l->xl->pages[i];
}

void fabric_publish(struct fabric *f)
{
	int i;
	struct lane *l;

	for (i = 0; i < f->nr; i++) {
		l = f->by_cpu[i];
		if (l)
			l->xl = f->xl;
	}
}

int fabric_rebuild(struct fabric *f, unsigned int order)
{
	struct xlat *fresh = xlat_build(order);

	if (!fresh)
		return -ENOMEM;
	kfree(f->xl);
	f->xl = fresh;
	fabric_publish(f);
	return 0;
}
