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

static void example_tick(struct timer_list *timer)
{
	struct example *ex = from_timer(ex, timer, timer);

	mutex_lock(&ex->state_lock); // expect: sleep-in-atomic
	ex->users = 0;
	mutex_unlock(&ex->state_lock);
}

void example_setup(struct example *ex)
{
	timer_setup(&ex->timer, example_tick, 0);
}
