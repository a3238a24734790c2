// path: drivers/net/example.c
// models: commit e03327122e2c ("pci_endpoint_test: Add 2 ioctl commands")
#include <linux/pci.h>

unsigned long example_bars(struct pci_dev *pdev);
int example_request(struct pci_dev *pdev, unsigned long bars);

int example_pci_init(struct pci_dev *pdev)
{
	unsigned long bars;
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		goto out;
	bars = example_bars(pdev);
	if (!bars) // expect: undone-without-code
		goto disable;
	ret = example_request(pdev, bars);
	if (ret)
		goto disable;
	return 0;

disable:
	pci_disable_device(pdev);
out:
	return ret;
}
