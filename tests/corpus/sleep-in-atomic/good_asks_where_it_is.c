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

static void example_pause(struct example *ex)
{
	if (in_atomic() || irqs_disabled())
		udelay(10);
	else
		msleep(10);
}

void example_stop(struct example *ex)
{
	spin_lock(&ex->lock);
	example_pause(ex);
	spin_unlock(&ex->lock);
}
