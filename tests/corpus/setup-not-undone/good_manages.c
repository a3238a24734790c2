// path: drivers/misc/example.c
// models: commit 7c3a2ec02806 ("iommu/mediatek: Merge 2 M4U HWs into one iommu domain")
#include <linux/pci.h>

int example_start(struct pci_dev *pdev);
void example_halt(struct pci_dev *pdev);

static int example_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (ret < 0)
		return ret;
	ret = example_start(pdev);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}

static void example_remove(struct pci_dev *pdev)
{
	example_halt(pdev);
}

static struct pci_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
