// path: arch/powerpc/platforms/x/t.c
#include <linux/slab.h>
#include <linux/list.h>
struct tbl { u32 *slots; };
struct pe { struct tbl *tbl; struct list_head devs; };
struct fn { struct list_head node; struct tbl *tbl; struct chan *chan; };
struct chan { struct tbl *tbl; };
static inline void fn_set_tbl(struct fn *f, struct tbl *t) { f->tbl = t; }
static void pe_share(struct pe *pe)
{
	struct fn *f;

	list_for_each_entry(f, &pe->devs, node)
		fn_set_tbl(f, pe->tbl);
}
void chan_open(struct chan *c, struct fn *f)
{
	c->tbl = f->tbl;
}
u32 chan_map(struct chan *c, int i)
{
	return c->tbl->slots[i];
}
static int pe_make(struct pe *pe)
{
	struct tbl *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	pe->tbl = t;
	return 0;
}
int pe_setup(struct pe *pe)
{
	int ret = pe_make(pe);

	if (!ret)
		pe_share(pe);
	return ret;
}
struct pe_ops { int (*take)(struct pe *pe); int (*give)(struct pe *pe); };
static int x_take(struct pe *pe)
{
	struct fn *f;
	struct tbl *t = pe->tbl;

	list_for_each_entry(f, &pe->devs, node) {
		fn_set_tbl(f, NULL);
		f->chan->tbl = NULL;
	}
	pe->tbl = NULL;
	kfree(t);
	return 0;
}
static int x_give(struct pe *pe)
{
	return pe_setup(pe);
}
const struct pe_ops x_ops = { .take = x_take, .give = x_give };
