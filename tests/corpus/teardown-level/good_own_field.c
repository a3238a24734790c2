// path: arch/powerpc/kernel/example.c
#include <linux/slab.h>
#include <asm/pci-bridge.h>

struct pci_ops {
	int (*add_bus)(struct pci_bus *bus);
	void (*remove_bus)(struct pci_bus *bus);
};

/* The bus frees what is its own. */
static int example_add_bus(struct pci_bus *bus)
{
	bus->legacy_io = kzalloc(64, GFP_KERNEL);
	return bus->legacy_io ? 0 : -ENOMEM;
}

static void example_remove_bus(struct pci_bus *bus)
{
	kfree(bus->legacy_io);
	bus->legacy_io = NULL;
}

static struct pci_ops example_ops = {
	.add_bus = example_add_bus,
	.remove_bus = example_remove_bus,
};
