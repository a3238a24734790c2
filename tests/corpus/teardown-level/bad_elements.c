// path: arch/powerpc/kernel/example.c
// models: commit 450be4960a0f ("powerpc/pci: Remove LSI mappings on device teardown")
#include <linux/slab.h>
#include <asm/pci-bridge.h>

void irq_dispose_mapping(u32 virq);
u32 irq_create_mapping(void *domain, u32 hwirq);

struct pci_ops {
	int (*add_bus)(struct pci_bus *bus);
	void (*remove_bus)(struct pci_bus *bus);
};

int example_scan_phb(struct pci_controller *phb)
{
	phb->irq_map = kcalloc(4, sizeof(*phb->irq_map), GFP_KERNEL);
	return phb->irq_map ? 0 : -ENOMEM;
}

void example_map(struct pci_controller *phb, int pin)
{
	phb->irq_map[pin] = irq_create_mapping(NULL, pin);
}

/* The map stays, but all of its elements go, with the interrupts of the other buses among them. */
static void example_remove_bus(struct pci_bus *bus)
{
	struct pci_controller *phb = pci_bus_to_host(bus);
	int pin;

	for (pin = 0; pin < 4; pin++)
		irq_dispose_mapping(phb->irq_map[pin]); // expect: teardown-level
}

static struct pci_ops example_ops = {
	.remove_bus = example_remove_bus,
};
