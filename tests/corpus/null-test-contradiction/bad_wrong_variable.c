// path: drivers/pci/example.c
// models: commit 7db424a84d96 ("PCI: endpoint: Add PCI Endpoint function driver for MHI bus")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

void *example_window(struct example *ex);

int example_map(struct example *ex, void **window)
{
	*window = example_window(ex); // expect: null-test-contradiction
	if (!window)
		return -ENOMEM;
	return 0;
}
