// path: arch/powerpc/platforms/x/t.c
#include <linux/slab.h>
#include <linux/list.h>
struct tbl { u32 *slots; };
struct pe { struct tbl *tbl; struct fn *fn; };
struct fn { struct tbl *tbl; struct chan *chan; };
struct chan { struct tbl *tbl; };
void fn_bind(struct fn *f, struct pe *pe)
{
	f->tbl = pe->tbl;
}
void chan_open(struct chan *c, struct fn *f)
{
	c->tbl = f->tbl;
}
u32 chan_map(struct chan *c, int i)
{
	return c->tbl->slots[i];
}
int pe_make(struct pe *pe)
{
	struct tbl *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	pe->tbl = t;
	return 0;
}
int pe_resize(struct pe *pe, int n)
{
	struct tbl *t = kzalloc(n, GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	kfree(pe->tbl);
	pe->tbl = t;
	fn_bind(pe->fn, pe);
	chan_open(pe->fn->chan, pe->fn);
	return 0;
}
