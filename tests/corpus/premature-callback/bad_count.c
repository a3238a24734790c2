// path: drivers/nvmem/cell.c
#include <linux/device.h>
#include <linux/refcount.h>

struct ncell;
struct nops { void (*link)(struct ncell *n); };
struct ncell { struct device dev; const struct nops *ops; refcount_t live; };
void link_cell(struct ncell *n);
static void ee_link(struct ncell *n)
{
	if (!refcount_read(&n->live))
		return;
	link_cell(n);
}
static const struct nops ee_ops = { .link = ee_link };
void ee_init(struct ncell *n) { n->ops = &ee_ops; }
int ncell_add(struct ncell *n)
{
	int ret;

	n->ops->link(n); // expect: premature-callback
	ret = device_add(&n->dev);
	if (ret)
		return ret;
	refcount_set(&n->live, 1);
	return 0;
}
