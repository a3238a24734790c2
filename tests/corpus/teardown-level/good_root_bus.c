// path: arch/powerpc/kernel/example.c
#include <linux/slab.h>
#include <asm/pci-bridge.h>

struct pci_ops {
	int (*add_bus)(struct pci_bus *bus);
	void (*remove_bus)(struct pci_bus *bus);
};

int example_scan_phb(struct pci_controller *phb)
{
	phb->irq_map = kcalloc(4, sizeof(*phb->irq_map), GFP_KERNEL);
	return phb->irq_map ? 0 : -ENOMEM;
}

/* As bad_cleared.c, but only for the root bus, of which a host has one. */
static void example_remove_bus(struct pci_bus *bus)
{
	struct pci_controller *phb = pci_bus_to_host(bus);

	if (phb->bus != bus)
		return;
	kfree(phb->irq_map);
	phb->irq_map = NULL;
}

static struct pci_ops example_ops = {
	.remove_bus = example_remove_bus,
};
