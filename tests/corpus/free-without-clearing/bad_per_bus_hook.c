// path: arch/powerpc/kernel/example.c
// models: commit 3a3181e16fbd ("powerpc/pci: unmap legacy INTx interrupts when a PHB is removed")
#include <linux/slab.h>
#include <asm/pci-bridge.h>

struct pci_ops {
	void (*add_bus)(struct pci_bus *bus);
	void (*remove_bus)(struct pci_bus *bus);
};

int example_scan_phb(struct pci_controller *phb)
{
	phb->irq_map = kcalloc(4, sizeof(*phb->irq_map), GFP_KERNEL);
	return phb->irq_map ? 0 : -ENOMEM;
}

static void example_unmap(struct pci_bus *bus)
{
	struct pci_controller *phb = pci_bus_to_host(bus);

	kfree(phb->irq_map); // expect: free-without-clearing "the next run" // expect: teardown-level
}

static struct pci_ops example_ops = {
	.remove_bus = example_unmap,
};
