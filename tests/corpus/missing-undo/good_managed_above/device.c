// path: drivers/gpu/drm/example/device.c
#include <linux/pci.h>

int example_irq_install(struct device *dev);

int example_device_probe(struct pci_dev *pdev)
{
	return example_irq_install(&pdev->dev);
}
