/* Groups: which devices share a table of DMA addresses. */
#include <linux/iommu.h>
#include <linux/slab.h>

static const struct attribute_group iommu_link_group = { .name = "iommu_group" };

struct iommu_group *iommu_group_alloc(void)
{
	struct iommu_group *group = kzalloc(sizeof(*group), GFP_KERNEL);

	if (group)
		INIT_LIST_HEAD(&group->devices);
	return group;
}

void iommu_group_free(struct iommu_group *group)
{
	kfree(group->ids);
	kfree(group->name);
	kfree(group);
}

/* The old name goes, the new one takes its place in the same field. */
int iommu_group_set_name(struct iommu_group *group, const char *name)
{
	char *copy = kstrdup(name, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	kfree(group->name);
	group->name = copy;
	return 0;
}

int iommu_group_add_device(struct iommu_group *group, struct device *dev)
{
	int ret = sysfs_create_group(&dev->kobj, &iommu_link_group);

	if (ret)
		return ret;
	dev->iommu_group = group;
	return 0;
}

bool device_iommu_mapped(struct device *dev)
{
	return dev->iommu_group != NULL;
}
