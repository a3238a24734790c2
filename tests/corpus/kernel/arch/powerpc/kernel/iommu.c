/* Groups of devices that one table of DMA addresses serves. */
#include <asm/iommu.h>

int iommu_add_device(struct iommu_table_group *table_group, struct device *dev)
{
	/* sysfs must have the device: a group makes links to it. */
	if (!device_is_registered(dev))
		return -ENODEV;
	if (device_iommu_mapped(dev))
		return 0;
	return iommu_group_add_device(table_group->group, dev);
}
