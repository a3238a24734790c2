// path: drivers/misc/example.c
// models: commit e03327122e2c ("pci_endpoint_test: Add 2 ioctl commands")
#include <linux/pci.h>

bool example_present(struct pci_dev *pdev);
int example_register(struct pci_dev *pdev);

/* Nothing to do is no failure, and says so. */
int example_probe(struct pci_dev *pdev)
{
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	if (!example_present(pdev)) {
		ret = 0;
		goto disable;
	}
	ret = example_register(pdev);
	if (ret)
		goto disable;
	return 0;

disable:
	pci_disable_device(pdev);
	return ret;
}
