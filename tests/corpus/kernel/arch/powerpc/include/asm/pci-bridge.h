/* What a powerpc host bridge (a "PHB") and its devices look like. */
#ifndef _ASM_POWERPC_PCI_BRIDGE_H
#define _ASM_POWERPC_PCI_BRIDGE_H

#include <linux/pci.h>

struct device_node;

/* What a platform does differently; each host bridge has a copy. */
struct pci_controller_ops {
	void (*dma_dev_setup)(struct pci_dev *dev);
	void (*dma_bus_setup)(struct pci_bus *bus);
	bool (*enable_device_hook)(struct pci_dev *dev);
};

struct pci_controller {
	struct pci_bus *bus;		/* the root bus */
	struct list_head list_node;
	struct pci_controller_ops controller_ops;
	u32 *irq_map;			/* one entry per INTx line, for all buses */
	char *io_name;
};

/* What powerpc keeps for a device. */
struct pci_dn {
	struct pci_controller *phb;
	u32 *pe_num_map;
	u32 *ats_map;
};

static inline struct pci_controller *pci_bus_to_host(const struct pci_bus *bus)
{
	return bus->sysdata;
}

struct pci_dn *pci_get_pdn(struct pci_dev *dev);
struct pci_controller *pcibios_alloc_controller(void);
void pcibios_free_controller(struct pci_controller *phb);
int pcibios_scan_phb(struct pci_controller *phb);

#endif
