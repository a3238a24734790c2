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

int example_spin(struct example *ex)
{
	unsigned long flags;

	spin_lock_irqsave(&ex->list_lock, flags);
	if (!ex->users)
		return -ENODEV; // expect: lock-kept
	ex->users--;
	spin_unlock_irqrestore(&ex->list_lock, flags);
	return 0;
}
