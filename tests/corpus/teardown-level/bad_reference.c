// path: arch/powerpc/kernel/example.c
#include <linux/pci.h>

struct pci_host_bridge {
	struct pci_bus *bus;
	struct device *owner;
};

struct pci_ops {
	void (*remove_bus)(struct pci_bus *bus);
};

void example_new_host(struct pci_host_bridge *bridge, struct device *owner)
{
	bridge->owner = get_device(owner);
}

/* One reference is taken for the host, and one is put for each of its buses. */
static void example_remove_bus(struct pci_bus *bus)
{
	struct pci_host_bridge *bridge = bus->sysdata;

	put_device(bridge->owner); // expect: teardown-level
}

static struct pci_ops example_ops = {
	.remove_bus = example_remove_bus,
};
