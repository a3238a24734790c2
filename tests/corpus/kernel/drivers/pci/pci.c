/* Hooks for architectures: these definitions are weak, the linker prefers any other. */
#include <linux/pci.h>

int __weak pcibios_add_device(struct pci_dev *dev)
{
	return 0;
}

void __weak pcibios_bus_add_device(struct pci_dev *dev)
{
}

void __weak pcibios_add_bus(struct pci_bus *bus)
{
}

void __weak pcibios_remove_bus(struct pci_bus *bus)
{
}
