// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/bug.h>

struct example {
	int state;
	struct example *next;
};

int example_sum(struct example *ex, struct example *other)
{
	BUG_ON(!ex || !other);
	return ex->state + other->state + (ex && other->next ? 1 : 0);
}
