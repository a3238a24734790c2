// path: arch/powerpc/platforms/example/attr.c
// models: commit 3c14b73454cf ("powerpc/pseries: Interface to represent PAPR firmware attributes")
#include <linux/slab.h>

int example_ask(char *text, int size);

int example_read(int size)
{
	char *text, *larger;
	int ret;

	text = kmalloc(size, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
again:
	ret = example_ask(text, size);
	if (ret > size) {
		size = ret;
		larger = krealloc(text, size, GFP_KERNEL);
		if (!larger)
			return -ENOMEM; // expect: memory-leak
		text = larger;
		goto again;
	}
	kfree(text);
	return ret;
}
