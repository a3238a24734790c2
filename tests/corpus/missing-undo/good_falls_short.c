// path: drivers/misc/example.c
// Fewer than what was asked for at least is a failure, after which there is nothing to give back.
#include <linux/pci.h>

int example_enable(struct pci_dev *pdev);

int example_probe(struct pci_dev *pdev)
{
	int vectors = pci_alloc_irq_vectors(pdev, EXAMPLE_LEAST, EXAMPLE_MOST, PCI_IRQ_MSIX);
	int ret;

	if (vectors < EXAMPLE_LEAST)
		return -ENODEV;
	ret = example_enable(pdev);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}
