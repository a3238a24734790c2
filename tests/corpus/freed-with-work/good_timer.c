// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/timer.h>

struct example {
	struct timer_list timer;
	int turns;
};

static void example_timeout(struct timer_list *timer)
{
	container_of(timer, struct example, timer)->turns++;
}

static irqreturn_t example_isr(int irq, void *data)
{
	struct example *ex = data;

	mod_timer(&ex->timer, jiffies + HZ);
	return IRQ_HANDLED;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	timer_setup(&ex->timer, example_timeout, 0);
	platform_set_drvdata(pdev, ex);
	return 0;
}

static void example_remove(struct platform_device *pdev)
{
	struct example *ex = platform_get_drvdata(pdev);

	timer_delete_sync(&ex->timer);
	kfree(ex);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
