// path: drivers/base/example-driver.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include <linux/iommu.h>
#include "example.h"

static struct iommu_group *the_group;
static struct example_ops driver_ops;

static void driver_setup(struct example *ex)
{
	iommu_group_add_device(the_group, &ex->dev);
}

void driver_init(void)
{
	driver_ops.setup = driver_setup;
}

void driver_new(struct example *ex)
{
	ex->ops = driver_ops;
}
