// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

void example_remove(struct example *ex)
{
	pr_devel("removing %d\n", ex->state); // expect: null-test-late

	if (!ex)
		return;
	pci_dev_put(ex->pdev);
}
