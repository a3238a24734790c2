// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

static int *example_ids(struct example *ex)
{
	return ex->ids;
}

int example_first(struct example *ex)
{
	int *ids = ex->ids, *same = example_ids(ex);

	if (!ex)
		return -EINVAL;
	return ids[0] + same[1];
}
