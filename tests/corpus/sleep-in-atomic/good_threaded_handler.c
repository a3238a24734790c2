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

static void example_stop(struct example *ex)
{
	ex->busy = false;
	clk_disable_unprepare(ex->buf);
}

static irqreturn_t example_irq(int irq, void *data)
{
	struct example *ex = data;

	example_stop(ex);
	return IRQ_HANDLED;
}

int example_setup(struct example *ex)
{
	return devm_request_threaded_irq(ex->dev, ex->irq, NULL, example_irq, IRQF_ONESHOT, "example", ex);
}
