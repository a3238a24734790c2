// path: drivers/pci/example.c
// models: commit 19d31c5f1157 ("KVM: PPC: Add support for nestedv2 guests")
#include <linux/types.h>

#define DECLARE_EXAMPLE(name, bits) unsigned long name[(bits) / 8]

void example_fill(unsigned long *map);
int example_count(const unsigned long *map);

int example_bits(void)
{
	DECLARE_EXAMPLE(map, 64);

	example_fill(map);
	return example_count(map);
}
