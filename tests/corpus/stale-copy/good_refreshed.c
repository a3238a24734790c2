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

static void share_table(struct unit *unit)
{
	struct member *member;

	list_for_each_entry(member, &unit->bus->devices, node)
		set_table(member, unit->table);
}

int member_map(struct member *member, int slot)
{
	struct table *table = table_of(member);

	return table->slots[slot];
}

static void free_table(struct table *table)
{
	kfree(table->slots);
	kfree(table);
}

static int make_table(struct unit *unit)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	unit->table = table;
	return 0;
}

int unit_setup(struct unit *unit)
{
	int ret = make_table(unit);

	if (!ret)
		share_table(unit);
	return ret;
}

static void example_take(struct unit *unit)
{
	struct table *table = unit->table;

	unit->table = NULL;
	share_table(unit);
	free_table(table);
}

static void example_give_back(struct unit *unit)
{
	make_table(unit);
}

const struct unit_ops example_ops = {
	.take = example_take,
	.give_back = example_give_back,
};

