// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct buffer {
	void *data;
};

struct buffer **example_ring(int count)
{
	struct buffer **ring = kcalloc(count, sizeof(*ring), GFP_KERNEL);
	int i;

	if (!ring)
		return NULL;
	for (i = 0; i < count; i++) {
		ring[i] = kzalloc(sizeof(*ring[i]), GFP_KERNEL);
		if (!ring[i])
			goto out;
	}
	return ring;
out:
	for (i = 0; i < count && ring[i]; i++) {
		kfree(ring[i]->data);
		kfree(ring[i]);
	}
	kfree(ring);
	return NULL;
}
