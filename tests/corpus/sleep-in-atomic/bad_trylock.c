// path: drivers/misc/example.c
// models: commit 76d588dddc45 ("powerpc/imc-pmu: Fix use of mutex in IRQs disabled section")
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

int example_try(struct example *ex, size_t size)
{
	if (!spin_trylock(&ex->lock))
		return -EBUSY;
	ex->buf = kzalloc(size, GFP_KERNEL); // expect: sleep-in-atomic
	spin_unlock(&ex->lock);
	return ex->buf ? 0 : -ENOMEM;
}
