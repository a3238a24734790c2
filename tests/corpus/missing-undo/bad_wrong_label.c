// path: drivers/iommu/example.c
// models: commit 39ab9555c241 ("iommu: Add sysfs bindings for struct iommu_device")
#include <linux/iommu.h>

struct example {
	struct iommu_device iommu;
	void __iomem *regs;
};

int example_alloc(struct example *ex, unsigned long start)
{
	int ret;

	ex->regs = ioremap(start, 4096);
	if (!ex->regs)
		return -ENOMEM;
	ret = iommu_device_sysfs_add(&ex->iommu, NULL, NULL, "example");
	if (ret)
		goto unmap;
	ret = iommu_device_register(&ex->iommu, NULL, NULL);
	if (ret)
		goto unmap;
	ret = example_enable(ex);
	if (ret)
		goto remove;
	return 0;

remove:
	iommu_device_unregister(&ex->iommu);
	iommu_device_sysfs_remove(&ex->iommu);
unmap:
	iounmap(ex->regs);
	return ret; // expect: missing-undo
}
