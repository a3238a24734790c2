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

static void example_pause(struct example *ex, bool atomic)
{
	if (atomic)
		udelay(10);
	else
		usleep_range(10, 20);
}

void example_reset(struct example *ex)
{
	spin_lock(&ex->lock);
	example_pause(ex, true);
	spin_unlock(&ex->lock);
	example_pause(ex, false);
}
