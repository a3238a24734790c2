// path: drivers/pci/example.c
// models: commit 0a584655ef89 ("PCI: vmd: Fix secondary bus reset for Intel bridges")
#include <linux/types.h>

int example_one(int i);

int example_all(int count)
{
	int ret, i;

	for (i = 0; i < count; i++) {
		ret = example_one(i);
		if (ret)
			break;
	}
	return ret;
}
