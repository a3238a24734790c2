// path: drivers/pci/example.c
#include <linux/pci.h>

int pcibios_example_start(struct pci_dev *dev);

void __weak pcibios_example_stop(struct pci_dev *dev)
{
}

/* The hooks are weak: which code runs is for the architecture to say. */
int example_enable(struct pci_dev *dev)
{
	int rc = pcibios_example_start(dev);

	if (rc)
		goto err;
	return 0;

err:
	pcibios_example_stop(dev);
	return rc;
}

int __weak pcibios_example_start(struct pci_dev *dev)
{
	return 0;
}
