// path: drivers/gpu/drm/example/pci.c
#include <linux/pci.h>

int example_device_probe(struct pci_dev *pdev);

static int example_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = pcim_enable_device(pdev);

	if (ret)
		return ret;
	return example_device_probe(pdev);
}

static struct pci_driver example_driver = {
	.probe = example_probe,
};
