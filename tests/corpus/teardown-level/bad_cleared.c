// path: arch/powerpc/kernel/example.c
// models: commit 450be4960a0f ("powerpc/pci: Remove LSI mappings on device teardown")
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

/* The pointer is cleared, so nothing is freed twice; but the host's other buses still use the map. */
static void example_remove_bus(struct pci_bus *bus)
{
	struct pci_controller *phb = pci_bus_to_host(bus);

	kfree(phb->irq_map); // expect: teardown-level "which a host owns"
	phb->irq_map = NULL;
}

static struct pci_ops example_ops = {
	.remove_bus = example_remove_bus,
};
