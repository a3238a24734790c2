// path: drivers/pci/example.c
#include <linux/pci.h>

int example_probe(struct pci_dev *pdev)
{
	int ret = pcim_enable_device(pdev);

	if (ret)
		return ret;
	ret = pci_alloc_irq_vectors(pdev, 1, 1, 0);
	if (ret < 0)
		return ret;
	ret = example_start(pdev);
	if (ret)
		return ret;
	return 0;
}
