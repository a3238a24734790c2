// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

#define note_once(condition, format, ...) do { if (condition) printk(format, __VA_ARGS__); } while (0)

struct example *example_find(int number);

int example_start(int number)
{
	struct example *ex = example_find(number);

	note_once(ex && ex->state, "example in state %d\n", ex->state);
	if (!ex)
		return -ENODEV;
	return 0;
}
