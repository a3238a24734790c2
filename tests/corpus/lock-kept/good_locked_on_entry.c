// path: drivers/misc/example.c
// models: commit b1a1347912a7 ("iommu/arm-smmu: Fix race condition during iommu_group creation")
#include <linux/mutex.h>
#include <linux/spinlock.h>

struct example {
	struct mutex lock;
	spinlock_t list_lock;
	int users;
};

int example_start(struct example *ex);

int example_wait(struct example *ex)
{
	int ret;

	mutex_unlock(&ex->lock);
	ret = example_start(ex);
	mutex_lock(&ex->lock);
	if (ret)
		return ret;
	mutex_unlock(&ex->lock);
	return 0;
}
