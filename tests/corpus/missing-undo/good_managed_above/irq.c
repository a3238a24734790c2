// path: drivers/gpu/drm/example/irq.c
// The device was enabled, by a file that leads here, in a way that has the core release its vectors.
#include <linux/interrupt.h>
#include <linux/pci.h>

irqreturn_t example_handler(int irq, void *data);

int example_irq_install(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int ret;

	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (ret < 0)
		return ret;
	ret = request_irq(pdev->irq, example_handler, 0, "example", pdev);
	if (ret)
		return ret;
	return 0;
}
