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

struct part *example_part(struct example *ex)
{
	struct part *part = &ex->part;

	if (!ex)
		return NULL;
	return part;
}
