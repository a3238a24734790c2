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

struct example *example_group(struct example *list, int count)
{
	struct example *found = NULL;
	int i;

	mutex_lock(&list->lock);
	for (i = 0; i < count; i++) {
		if (found && list[i].users)
			return ERR_PTR(-EINVAL); // expect: lock-kept
		found = &list[i];
	}
	mutex_unlock(&list->lock);
	return found;
}
