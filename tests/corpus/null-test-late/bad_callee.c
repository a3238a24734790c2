// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

static int example_state(struct example *ex)
{
	return ex->state + 1;
}

int example_start(struct example *ex)
{
	int state = example_state(ex); // expect: null-test-late

	if (!ex)
		return -EINVAL;
	return state;
}
