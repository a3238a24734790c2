#ifndef _ASM_POWERPC_IOMMU_H
#define _ASM_POWERPC_IOMMU_H

#include <linux/iommu.h>

struct iommu_table_group {
	struct iommu_group *group;
};

int iommu_add_device(struct iommu_table_group *table_group, struct device *dev);
void iommu_del_device(struct device *dev);

#endif
