// path: arch/powerpc/kernel/example.c
#include <linux/slab.h>
#include <asm/pci-bridge.h>

struct pci_ops {
	int (*add_bus)(struct pci_bus *bus);
	void (*remove_bus)(struct pci_bus *bus);
};

/* As bad_cleared.c, but the map is made where it is freed: once for each bus. */
static int example_add_bus(struct pci_bus *bus)
{
	struct pci_controller *phb = pci_bus_to_host(bus);

	phb->irq_map = kcalloc(4, sizeof(*phb->irq_map), GFP_KERNEL);
	return phb->irq_map ? 0 : -ENOMEM;
}

static void example_remove_bus(struct pci_bus *bus)
{
	struct pci_controller *phb = pci_bus_to_host(bus);

	kfree(phb->irq_map);
	phb->irq_map = NULL;
}

static struct pci_ops example_ops = {
	.add_bus = example_add_bus,
	.remove_bus = example_remove_bus,
};
