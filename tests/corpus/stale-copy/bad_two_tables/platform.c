// path: arch/powerpc/platforms/example/groups.c
// models: commit db08e1d53034 ("powerpc/powernv/ioda2: Update iommu table base on ownership change")
#include <linux/pci.h>
#include <linux/slab.h>
#include "groups.h"

int group_setup(struct pe *pe)
{
	struct member *member;
	struct iommu_table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	pe->group.tables[0] = table;
	pe->group.ops = &example_group_ops;
	list_for_each_entry(member, &pe->bus->devices, node)
		set_table(member, pe->group.tables[0]);
	return 0;
}

static void example_own(struct iommu_table_group *group)
{
	struct pe *pe = container_of(group, struct pe, group);
	struct iommu_table *table = pe->group.tables[0];

	pe->group.tables[0] = NULL;
	kfree(table); // expect: stale-copy
}

struct iommu_table_group_ops example_group_ops = {
	.take_ownership = example_own,
};

int member_map(struct member *member, int slot)
{
	return member->cached->slots[slot];
}
