// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

struct example *example_next(struct example *ex);

int example_count(struct example *ex)
{
	int n = 0;

	do {
		n += ex->state;
		ex = example_next(ex);
	} while (ex);
	return n;
}
