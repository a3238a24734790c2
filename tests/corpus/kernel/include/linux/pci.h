#ifndef _LINUX_PCI_H
#define _LINUX_PCI_H

#include <linux/device.h>
#include <linux/list.h>

/* A host bridge has many buses, a bus many devices. */
struct pci_bus {
	struct list_head devices;
	struct list_head children;
	struct list_head node;
	struct pci_bus *parent;
	struct device dev;
	void *sysdata;		/* the host bridge's struct pci_controller */
	void *legacy_io;
	bool is_added;
};

struct pci_dev {
	struct list_head bus_list;
	struct pci_bus *bus;
	struct device dev;
	unsigned int devfn;
	u16 num_vfs;
	u32 *ats_map;
};

#define to_pci_dev(d) container_of(d, struct pci_dev, dev)

int pci_device_add(struct pci_dev *dev, struct pci_bus *bus);
void pci_bus_add_device(struct pci_dev *dev);
struct pci_bus *pci_add_new_bus(struct pci_bus *parent);
void pci_remove_bus(struct pci_bus *bus);
void pci_remove_legacy_files(struct pci_bus *bus);
int pci_create_legacy_files(struct pci_bus *bus);
int pci_enable_sriov(struct pci_dev *dev, int count);
void pci_disable_sriov(struct pci_dev *dev);

/* Weak functions that an architecture may override. */
int pcibios_add_device(struct pci_dev *dev);
void pcibios_bus_add_device(struct pci_dev *dev);
void pcibios_add_bus(struct pci_bus *bus);
void pcibios_remove_bus(struct pci_bus *bus);
int pcibios_sriov_enable(struct pci_dev *dev, u16 count);
int pcibios_sriov_disable(struct pci_dev *dev);

#endif
