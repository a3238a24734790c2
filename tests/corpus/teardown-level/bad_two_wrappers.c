// path: arch/powerpc/kernel/example.c
#include <linux/slab.h>
#include <asm/pci-bridge.h>

struct pci_ops {
	int (*add_bus)(struct pci_bus *bus);
	void (*remove_bus)(struct pci_bus *bus);
};

int example_scan_phb(struct pci_controller *phb)
{
	phb->io_name = kstrdup("io", GFP_KERNEL);
	return phb->io_name ? 0 : -ENOMEM;
}

static void example_forget(struct pci_controller *phb)
{
	kfree(phb->io_name); // expect: teardown-level
	phb->io_name = NULL;
}

static void example_forget_bus(struct pci_bus *bus)
{
	example_forget(pci_bus_to_host(bus));
}

/* Through two wrappers. */
static void example_remove_bus(struct pci_bus *bus)
{
	example_forget_bus(bus);
}

static struct pci_ops example_ops = {
	.remove_bus = example_remove_bus,
};
