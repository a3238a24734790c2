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

static int example_status(struct example *ex)
{
	int users;

	mutex_lock(&ex->state_lock);
	users = ex->users;
	mutex_unlock(&ex->state_lock);
	return users;
}

int example_poll(struct example *ex)
{
	unsigned long flags;
	int status = 0;

	spin_lock_irqsave(&ex->lock, flags);
	if (ex->buf)
		status = example_status(ex); // expect: sleep-in-atomic "mutex_lock"
	spin_unlock_irqrestore(&ex->lock, flags);
	return status;
}
