// path: drivers/net/ethernet/v/ring.c
#include <linux/slab.h>
struct desc { u64 a; };
struct ring { struct desc *descs; int n; };
struct queue { struct ring *ring; struct desc *descs; };
struct nic { struct queue q[8]; struct ring rings[8]; int nq; };
static void queue_link(struct queue *q, struct ring *r)
{
	q->ring = r;
	q->descs = r->descs;
}
u64 queue_poll(struct queue *q, int i)
{
	return q->descs[i].a;
}
int ring_alloc(struct ring *r, int n)
{
	r->descs = kcalloc(n, sizeof(*r->descs), GFP_KERNEL);
	if (!r->descs)
		return -ENOMEM;
	r->n = n;
	return 0;
}
int nic_open(struct nic *nic)
{
	int i, ret;

	for (i = 0; i < nic->nq; i++) {
		ret = ring_alloc(&nic->rings[i], 64);
		if (ret)
			return ret;
		queue_link(&nic->q[i], &nic->rings[i]);
	}
	return 0;
}
struct ethtool_ops { int (*set_ringparam)(struct nic *nic, int n); };
static int v_set_ringparam(struct nic *nic, int n)
{
	int i, ret;

	for (i = 0; i < nic->nq; i++) {
		kfree(nic->rings[i].descs); // expect: stale-copy
		ret = ring_alloc(&nic->rings[i], n);
		if (ret)
			return ret;
	}
	return 0;
}
const struct ethtool_ops v_ops = { .set_ringparam = v_set_ringparam };
