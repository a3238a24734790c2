// path: drivers/pci/example.c
// models: commit 19d31c5f1157 ("KVM: PPC: Add support for nestedv2 guests")
#include <linux/slab.h>

int example_fill(char *buf);

int example_show(int size)
{
	char *buf __free(kfree) = NULL;

	if (size <= 0)
		return -EINVAL;
	buf = kmalloc(size, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	return example_fill(buf);
}
