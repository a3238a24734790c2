// path: drivers/iommu/example.c
// models: commit 39ab9555c241 ("iommu: Add sysfs bindings for struct iommu_device")
#include <linux/iommu.h>

struct example {
	struct iommu_device iommu;
};

int example_start(struct example *ex);

int example_probe(struct device *dev, struct example *ex, const struct iommu_ops *ops)
{
	int ret;

	ret = iommu_device_sysfs_add(&ex->iommu, dev, NULL, "example");
	if (ret)
		return ret;
	ret = iommu_device_register(&ex->iommu, ops, dev);
	if (ret)
		goto out;
	ret = example_start(ex);
	if (ret)
		goto out;
	return 0;
out:
	iommu_device_sysfs_remove(&ex->iommu);
	return ret; // expect: missing-undo
}
