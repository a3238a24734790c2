// path: arch/powerpc/kernel/example.c
#include <linux/types.h>

#define TABLE_UNIT(table) (1ul << (table)->shift)
#define TABLE_SLOT(table) (&(table)->slot)

struct table {
	unsigned int shift;
	int slot;
};

unsigned long size_of(struct table *table, unsigned long count)
{
	unsigned long bytes = count * TABLE_UNIT(table); // expect: null-test-late

	if (!table)
		return 0;
	return bytes;
}

/* An address is made of it, no more. */
int *slot_of(struct table *table)
{
	int *slot = TABLE_SLOT(table);

	if (!table)
		return NULL;
	return slot;
}
