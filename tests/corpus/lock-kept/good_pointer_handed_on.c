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

struct example *example_get(struct example *ex)
{
	mutex_lock(&ex->lock);
	if (!ex->users) {
		mutex_unlock(&ex->lock);
		return NULL;
	}
	return ex;
}
