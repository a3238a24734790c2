// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct part {
	int number;
};

struct example {
	struct part part;
	struct example *next;
	int state;
};

int example_last(struct example *ex)
{
	int state = ex->state;

	ex = ex->next;
	if (!ex)
		return state;
	return ex->state;
}
