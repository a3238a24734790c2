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

/* As bad_cleared.c, but nothing of a bus calls it: it runs once for each host. */
void example_free_phb(struct pci_controller *phb)
{
	kfree(phb->irq_map);
	phb->irq_map = NULL;
}
