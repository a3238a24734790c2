// path: drivers/misc/example.c
// models: commit e03327122e2c ("pci_endpoint_test: Add 2 ioctl commands")
#include <linux/pci.h>

bool example_alloc_vectors(struct pci_dev *pdev);
int example_register(struct pci_dev *pdev);

int example_probe(struct pci_dev *pdev)
{
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	ret = pci_request_regions(pdev, "example");
	if (ret)
		goto disable;
	if (!example_alloc_vectors(pdev)) {
		ret = -EINVAL;
		goto release;
	}
	ret = example_register(pdev);
	if (ret)
		goto release;
	return 0;

release:
	pci_release_regions(pdev);
disable:
	pci_disable_device(pdev);
	return ret;
}
