// path: drivers/pci/example.c
// models: commit 3c14b73454cf ("powerpc/pseries: Interface to represent PAPR firmware attributes")
#include <linux/slab.h>

int example_read(char *buf, size_t size);
int example_check(size_t size);

int example_fill(size_t size)
{
	char *buf = kmalloc(size, GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;
	ret = example_check(size);
	if (ret)
		goto out;
	ret = example_read(buf, size);
	kfree(buf);
out:
	return ret; // expect: memory-leak
}
