/* Buses and devices go away, children first. */
#include <linux/pci.h>

void pci_remove_bus(struct pci_bus *bus)
{
	list_del(&bus->node);
	pci_remove_legacy_files(bus);
	pcibios_remove_bus(bus);
	device_unregister(&bus->dev);
}

void pci_remove_bus_tree(struct pci_bus *bus)
{
	struct pci_bus *child, *next;

	list_for_each_entry_safe(child, next, &bus->children, node)
		pci_remove_bus_tree(child);
	pci_remove_bus(bus);
}
