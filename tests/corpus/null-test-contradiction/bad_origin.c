// path: drivers/net/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

int example_vendor(int number)
{
	struct pci_dev *pdev = pci_get_domain_bus_and_slot(0, 0, number);
	// expect: unchecked-result
	int vendor = pdev->devfn; // expect: null-test-contradiction

	if (!pdev)
		return -ENODEV;
	pci_dev_put(pdev);
	return vendor;
}
