// path: drivers/pci/example.c
// models: commit 3c14b73454cf ("powerpc/pseries: Interface to represent PAPR firmware attributes")
#include <linux/slab.h>

int example_read(char *buf, size_t size);

int example_fill(size_t size)
{
	char *buf = kmalloc(size, GFP_KERNEL);
	char *more;
	int ret;

	if (!buf)
		return -ENOMEM;
	more = krealloc(buf, 2 * size, GFP_KERNEL);
	if (!more)
		return -ENOMEM; // expect: memory-leak
	ret = example_read(more, 2 * size);
	kfree(more);
	return ret;
}
