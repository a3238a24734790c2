// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/pci.h>

#define EXAMPLE_MAX 4

int example_mode(struct pci_dev *dev)
{
	struct device *bridge = pci_get_host_bridge_device(dev);

	if (!bridge)
		return -ENODEV;
	return dev_get_drvdata(bridge) ? 0 : -EINVAL; // expect: reference-leak
}

/* The reference of each turn goes in the next, that of the last does not. */
int example_count(void)
{
	struct pci_dev *dev = pci_get_device(0x1959, 0xa00a, NULL);
	int count = 0;

	while (dev && count < EXAMPLE_MAX) {
		dev = pci_get_device(0x1959, 0xa00a, dev);
		count++;
	}
	return count; // expect: reference-leak
}
