/* What all powerpc machines do for PCI: strong definitions of the core's weak hooks. */
#include <linux/slab.h>
#include <asm/machdep.h>
#include <asm/pci-bridge.h>

#define NR_INTX 4

struct machdep_calls ppc_md;

struct pci_controller *pcibios_alloc_controller(void)
{
	return kzalloc(sizeof(struct pci_controller), GFP_KERNEL);
}

/* Sibling of the hazard below: runs once per host bridge, which dies at its end. */
void pcibios_free_controller(struct pci_controller *phb)
{
	kfree(phb->io_name);
	kfree(phb);
}

int pcibios_scan_phb(struct pci_controller *phb)
{
	phb->irq_map = kcalloc(NR_INTX, sizeof(*phb->irq_map), GFP_KERNEL);
	if (!phb->irq_map)
		return -ENOMEM;
	phb->io_name = kstrdup("io", GFP_KERNEL);
	if (!phb->io_name)
		return -ENOMEM;
	return 0;
}

static void pcibios_setup_device(struct pci_dev *dev)
{
	struct pci_controller *phb = pci_bus_to_host(dev->bus);

	if (phb->controller_ops.dma_dev_setup)
		phb->controller_ops.dma_dev_setup(dev);
}

/* Overrides the weak one; pci_device_add() calls it before device_add(). */
int pcibios_add_device(struct pci_dev *dev)
{
	/* A bus that is added already gets its devices by hot-plug. */
	if (dev->bus->is_added)
		pcibios_setup_device(dev);
	return 0;
}

/* Overrides the weak one; pci_bus_add_device() calls it after device_add(). */
void pcibios_bus_add_device(struct pci_dev *dev)
{
	struct pci_dn *pdn = pci_get_pdn(dev);

	if (pdn && device_is_registered(&dev->dev))
		pdn->phb = pci_bus_to_host(dev->bus);
}

/*
 * Two hazards: this runs for each bus, but phb->irq_map belongs to the host bridge that all buses
 * share.  The second bus frees it again, and devices of the others still use it.  Clearing the
 * pointer would cure the first of them only.
 */
void pcibios_remove_bus(struct pci_bus *bus)
{
	struct pci_controller *phb = pci_bus_to_host(bus);

	kfree(phb->irq_map); // expect: free-without-clearing // expect: teardown-level
}

int pcibios_sriov_enable(struct pci_dev *dev, u16 count)
{
	if (ppc_md.pcibios_sriov_enable)
		return ppc_md.pcibios_sriov_enable(dev, count);
	return 0;
}

int pcibios_sriov_disable(struct pci_dev *dev)
{
	if (ppc_md.pcibios_sriov_disable)
		return ppc_md.pcibios_sriov_disable(dev);
	return 0;
}
