/* DMA set-up of devices of a pseries machine. */
#include <asm/iommu.h>
#include <asm/pci-bridge.h>

static struct iommu_table_group pseries_table_group;

/* Drops the result of iommu_add_device(), and is called only once for each device. */
static void pseries_dma_dev_setup(struct pci_dev *dev)
{
	iommu_add_device(&pseries_table_group, &dev->dev);
}

static struct pci_controller_ops pseries_pci_controller_ops;

/* The first way into the host bridge's ops: a store into a table ... */
void pseries_iommu_early_init(void)
{
	pseries_pci_controller_ops.dma_dev_setup = pseries_dma_dev_setup;
}

/* ... and the second: the whole table is copied into each host bridge. */
void pseries_setup_phb(struct pci_controller *phb)
{
	phb->controller_ops = pseries_pci_controller_ops;
}
