// path: drivers/misc/example.c
// The smallest change to good_falls_short: it is content with fewer, and then refuses them.
#include <linux/pci.h>

int example_enable(struct pci_dev *pdev);

int example_probe(struct pci_dev *pdev)
{
	int vectors = pci_alloc_irq_vectors(pdev, 1, EXAMPLE_MOST, PCI_IRQ_MSIX);
	int ret;

	if (vectors < 0)
		return vectors;
	if (vectors < EXAMPLE_LEAST)
		return -ENODEV; // expect: missing-undo
	ret = example_enable(pdev);
	if (ret)
		pci_free_irq_vectors(pdev);
	return ret;
}
