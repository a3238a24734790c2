// path: include/linux/unit.h
// models: commit db08e1d53034 ("powerpc/powernv/ioda2: Update iommu table base on ownership change")
#include <linux/pci.h>

struct table {
	int size;
};

struct unit {
	struct table *table;
};

struct member {
	struct table *cached;
};
