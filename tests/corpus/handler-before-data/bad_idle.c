// path: drivers/misc/example.c
// models: commit 132f76294744 ("drivers/char/tpm: Add new device driver to support IBM vTPM")
#include <linux/interrupt.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct example {
	struct completion done;
	int running;
};

static irqreturn_t example_isr(int irq, void *data)
{
	struct example *ex = data;

	if (!ex->running)
		complete(&ex->done);
	return IRQ_HANDLED;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int irq = platform_get_irq(pdev, 0);
	int ret;

	if (!ex || irq < 0)
		return -ENOMEM;
	ret = devm_request_irq(&pdev->dev, irq, example_isr, 0, "example", ex); // expect: handler-before-data
	if (ret)
		return ret;
	init_completion(&ex->done);
	ex->running = 1;
	return 0;
}
