// path: drivers/usb/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/radix-tree.h>

struct ring {
	int first;
	int last;
};

struct endpoint {
	struct radix_tree_root streams;
};

void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index);

static struct ring *ring_of(struct endpoint *ep, unsigned long id)
{
	return radix_tree_lookup(&ep->streams, id);
}

/* Nobody tests it: what they ask for is there. */
int example_first(struct endpoint *ep, unsigned long id)
{
	struct ring *ring = ring_of(ep, id);

	return ring->first;
}

int example_last(struct endpoint *ep, unsigned long id)
{
	struct ring *ring = ring_of(ep, id);

	return ring->last;
}

void example_reset(struct endpoint *ep, unsigned long id)
{
	struct ring *ring = ring_of(ep, id);

	ring->first = ring->last;
}
