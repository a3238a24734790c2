// path: drivers/net/example.c
#include <linux/pci.h>

int example_setup(struct pci_dev *pdev);

static int example_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err, bars = pci_select_bars(pdev, IORESOURCE_MEM);

	err = pci_request_selected_regions_exclusive(pdev, bars, "example");
	if (err)
		return err;
	err = example_setup(pdev);
	if (err)
		pci_release_mem_regions(pdev);
	return err;
}
