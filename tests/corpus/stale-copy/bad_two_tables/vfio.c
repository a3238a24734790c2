// path: drivers/vfio/example.c
#include <linux/pci.h>
#include "../../arch/powerpc/platforms/example/groups.h"

struct driver_ops {
	int (*attach)(struct iommu_table_group *group);
};

static int example_attach(struct iommu_table_group *group)
{
	if (!group->ops || !group->ops->take_ownership)
		return -ENODEV;
	group->ops->take_ownership(group);
	return 0;
}

const struct driver_ops example_driver_ops = {
	.attach = example_attach,
};
