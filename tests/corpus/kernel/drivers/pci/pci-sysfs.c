/* The legacy I/O files of a bus. */
#include <linux/pci.h>
#include <linux/slab.h>

int pci_create_legacy_files(struct pci_bus *bus)
{
	bus->legacy_io = kcalloc(2, 64, GFP_KERNEL);
	return bus->legacy_io ? 0 : -ENOMEM;
}

/* Sibling of the two hazards in pcibios_remove_bus(): bus->legacy_io is the bus' own, and the bus dies next. */
void pci_remove_legacy_files(struct pci_bus *bus)
{
	kfree(bus->legacy_io);
}
