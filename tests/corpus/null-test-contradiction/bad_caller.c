// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	int state;
};

static int example_start(struct example *ex, int wanted)
{
	int state = ex->state; // expect: null-test-contradiction

	if (!ex || state == wanted)
		return -EINVAL;
	ex->state = wanted;
	return 0;
}

int example_reset(int wanted)
{
	return example_start(NULL, wanted);
}
