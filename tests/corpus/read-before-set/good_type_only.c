// path: drivers/pci/example.c
// models: commit 19d31c5f1157 ("KVM: PPC: Add support for nestedv2 guests")
#include <linux/slab.h>

#define example_alloc(what) kzalloc(sizeof(what), GFP_KERNEL)

struct example {
	int value;
};

struct example *example_make(void)
{
	struct example *ex;

	ex = example_alloc(*ex);
	return ex;
}
