// path: drivers/misc/example.c
// models: commit 07d8d7e57c28 ("PCI: Make specifying PCI devices in kernel parameters reusable")
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

static void *example_copy(struct example *ex, const char *text, gfp_t flags)
{
	return kstrdup(text, flags);
}

int example_set(struct example *ex, const char *text)
{
	void *old;

	spin_lock(&ex->lock);
	old = ex->buf;
	ex->buf = example_copy(ex, text, GFP_ATOMIC | __GFP_NOWARN);
	if (!ex->buf) {
		ex->buf = old;
		spin_unlock(&ex->lock);
		return -ENOMEM;
	}
	spin_unlock(&ex->lock);
	kfree(old);
	return 0;
}
