// path: arch/powerpc/kernel/example.c
#include <linux/slab.h>
#include <asm/pci-bridge.h>

struct pci_ops {
	int (*add_bus)(struct pci_bus *bus);
	void (*remove_bus)(struct pci_bus *bus);
};

static int example_add_bus(struct pci_bus *bus)
{
	bus->legacy_io = kzalloc(64, GFP_KERNEL);
	return bus->legacy_io ? 0 : -ENOMEM;
}

/* As bad_per_bus_hook.c, but what is freed is the bus' own, and the bus goes next. */
static void example_remove_bus(struct pci_bus *bus)
{
	kfree(bus->legacy_io);
}

static struct pci_ops example_ops = {
	.add_bus = example_add_bus,
	.remove_bus = example_remove_bus,
};
