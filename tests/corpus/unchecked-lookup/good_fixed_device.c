// path: drivers/pci/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/pci.h>

static int example_irq(struct pci_dev *pdev)
{
	return pdev->irq;
}

/* The chip's own bridge is there wherever the chip is. */
int example_clock(struct pci_dev *pdev)
{
	struct pci_dev *bridge = pci_get_domain_bus_and_slot(pci_domain_nr(pdev->bus), 0, 1);
	int clock = example_irq(bridge);

	pci_dev_put(bridge);
	return clock;
}
