#ifndef _LINUX_IOMMU_H
#define _LINUX_IOMMU_H

#include <linux/device.h>

struct iommu_group {
	struct list_head devices;
	char *name;
	u32 *ids;
};

struct iommu_group *iommu_group_alloc(void);
void iommu_group_free(struct iommu_group *group);
int iommu_group_set_name(struct iommu_group *group, const char *name);
int iommu_group_add_device(struct iommu_group *group, struct device *dev);
bool device_iommu_mapped(struct device *dev);

#endif
