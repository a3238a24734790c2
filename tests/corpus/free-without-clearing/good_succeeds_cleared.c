// path: drivers/usb/example.c
// models: commit 450be4960a0f ("Revert "powerpc/pci: unmap legacy INTx interrupts when a PHB is removed"")
#include <linux/slab.h>

struct host {
	struct kmem_cache *general;
	struct kmem_cache *isochronous;
	int uses_descriptors;
};

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     unsigned long flags, void (*ctor)(void *));
void kmem_cache_destroy(struct kmem_cache *s);

/* It does without what it could not make, and forgets what belongs to it. */
int example_init(struct host *host)
{
	host->general = kmem_cache_create("general", 64, 512, 0, NULL);
	if (!host->general)
		return -12;
	host->isochronous = kmem_cache_create("isochronous", 64, 512, 0, NULL);
	if (!host->isochronous) {
		kmem_cache_destroy(host->general);
		host->general = NULL;
		host->uses_descriptors = 0;
	}
	return 0;
}

void example_remove(struct host *host)
{
	kmem_cache_destroy(host->isochronous);
	kmem_cache_destroy(host->general);
}
