// path: drivers/misc/example.c
// models: commit 54762918ca85 ("net: wan: fsl_qmc_hdlc: Add framer support")
#include <linux/interrupt.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

struct example {
	spinlock_t lock;
	struct mutex state_lock;
	struct timer_list timer;
	struct device *dev;
	void *buf;
	int irq;
	int users;
	bool busy;
};

int example_walk(struct example *ex, size_t size)
{
	int users;

	rcu_read_lock();
	users = ex->users;
	rcu_read_unlock();
	if (users)
		synchronize_rcu();
	return users;
}
