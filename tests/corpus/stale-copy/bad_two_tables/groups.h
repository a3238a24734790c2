// path: arch/powerpc/platforms/example/groups.h
struct iommu_table {
	u32 *slots;
};

struct iommu_table_group;

struct iommu_table_group_ops {
	void (*take_ownership)(struct iommu_table_group *group);
};

struct iommu_table_group {
	struct iommu_table *tables[2];
	struct iommu_table_group_ops *ops;
};

struct pe {
	struct pci_bus *bus;
	struct iommu_table_group group;
};

struct member {
	struct list_head node;
	struct iommu_table *cached;
};

static inline void set_table(struct member *member, struct iommu_table *table)
{
	member->cached = table;
}

extern struct iommu_table_group_ops example_group_ops;
