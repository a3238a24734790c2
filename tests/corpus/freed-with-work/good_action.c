// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

void example_halt(struct device *dev);

struct example {
	struct work_struct work;
	struct device *dev;
	int seen;
};

static void example_work(struct work_struct *work)
{
	container_of(work, struct example, work)->seen = 1;
}

void example_event(struct example *ex)
{
	schedule_work(&ex->work);
}

static void example_cancel(void *data)
{
	struct example *ex = data;

	cancel_work_sync(&ex->work);
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	ex->dev = &pdev->dev;
	INIT_WORK(&ex->work, example_work);
	platform_set_drvdata(pdev, ex);
	return devm_add_action_or_reset(&pdev->dev, example_cancel, ex);
}

static void example_remove(struct platform_device *pdev)
{
	example_halt(&pdev->dev);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
