// path: drivers/pci/example.c
// models: commit bfd2defed94d ("dma-mapping: add benchmark support for streaming DMA APIs")
#include <linux/types.h>

int example_copy(void *to, void *from);

long example_ioctl(void *map, unsigned long arg)
{
	void *argp = (void *)argp; // expect: read-before-set

	return example_copy(map, argp);
}
