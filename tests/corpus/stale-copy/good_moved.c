// path: arch/powerpc/platforms/example/table.c
// models: commit db08e1d53034 ("powerpc/powernv/ioda2: Update iommu table base on ownership change")
#include <linux/pci.h>
#include <linux/slab.h>


struct table {
	u32 *slots;
	int size;
};

struct unit {
	struct pci_bus *bus;
	struct table *table;
};

struct unit_ops {
	void (*take)(struct unit *unit);
	void (*give_back)(struct unit *unit);
};

struct member {
	struct list_head node;
	struct table *cached;
};

static inline void set_table(struct member *member, struct table *table)
{
	member->cached = table;
}

static inline struct table *table_of(struct member *member)
{
	return member->cached;
}

/* The member gets the table for good. */
void member_adopt(struct unit *unit, struct member *member)
{
	member->cached = unit->table;
	unit->table = NULL;
}

int member_size(struct member *member)
{
	return member->cached->size;
}

int unit_resize(struct unit *unit, int size)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	table->size = size;
	kfree(unit->table);
	unit->table = table;
	return 0;
}
