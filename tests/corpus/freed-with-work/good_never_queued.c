// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/interrupt.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct example {
	struct work_struct work;
	struct workqueue_struct *queue;
};

static void example_work(struct work_struct *work)
{
	container_of(work, struct example, work)->queue = NULL;
}

static irqreturn_t example_isr(int irq, void *data)
{
	struct example *ex = data;

	ex->queue = NULL;
	return IRQ_HANDLED;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	INIT_WORK(&ex->work, example_work);
	platform_set_drvdata(pdev, ex);
	return 0;
}

static void example_remove(struct platform_device *pdev)
{
	struct example *ex = platform_get_drvdata(pdev);

	kfree(ex);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
