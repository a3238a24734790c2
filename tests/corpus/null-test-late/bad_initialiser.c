// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

int example_start(struct example *ex)
{
	int state = ex->state; // expect: null-test-late

	if (!ex || state)
		return -EINVAL;
	return 0;
}
