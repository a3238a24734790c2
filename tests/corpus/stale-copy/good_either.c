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

static void unit_copy(struct unit *unit, struct member *member)
{
	member->cached = unit->table;
}

int member_size(struct member *member)
{
	return member->cached->size;
}

static int unit_fresh(struct unit *unit)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	kfree(unit->table);
	unit->table = table;
	return 0;
}

/* A unit that shares its table never replaces it. */
int unit_attach(struct unit *unit, struct member *member, bool shared)
{
	if (!shared)
		return unit_fresh(unit);
	unit_copy(unit, member);
	return 0;
}
