// path: drivers/dax/node.c
#include <linux/device.h>

struct dnode;
struct dclass { int (*init)(struct dnode *n); };
struct dnode {
	struct device dev;
	const struct dclass *cls;
	unsigned int flags;
};
#define DN_ADDED (1 << 2)
int publish_links(struct dnode *n);
static inline int dn_added(const struct dnode *n) { return n->flags & DN_ADDED; }
static int mem_init(struct dnode *n)
{
	int ret = -EAGAIN;

	if (dn_added(n))
		ret = publish_links(n);
	return ret;
}
static const struct dclass mem_class = { .init = mem_init };
void mem_prep(struct dnode *n) { n->cls = &mem_class; }
int dnode_register(struct dnode *n)
{
	int ret;

	ret = n->cls->init(n);
	if (ret)
		return ret;
	ret = device_add(&n->dev);
	if (ret)
		return ret;
	n->flags |= DN_ADDED;
	return 0;
}
