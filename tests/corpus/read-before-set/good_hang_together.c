// path: drivers/comedi/example.c
// models: commit 61a6199787d9 ("PCI: Return ~0 data on pciconfig_read() CAP_SYS_ADMIN failure")
#include <linux/types.h>

int example_put(unsigned int length);

int example_load(const u8 *data, size_t size)
{
	unsigned int length;

	if (size >= 4)
		length = data[0] << 8 | data[1];
	if (size < 16 || length > size - 16)
		return -EINVAL;
	return example_put(length);
}

int example_turn(int head, int tail, int size)
{
	int free;

	if (head >= tail)
		free = size - head;
	if (head < tail)
		free = tail - head;
	return size <= free;
}
