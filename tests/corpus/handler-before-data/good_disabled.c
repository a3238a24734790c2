// path: drivers/misc/example.c
// models: commit 132f76294744 ("drivers/char/tpm: Add new device driver to support IBM vTPM")
#include <linux/interrupt.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct example {
	struct completion done;
	struct completion idle;
};

static irqreturn_t example_isr(int irq, void *data)
{
	struct example *ex = data;

	complete(&ex->done);
	return IRQ_HANDLED;
}

static irqreturn_t example_idle_isr(int irq, void *data)
{
	struct example *ex = data;

	complete(&ex->idle);
	return IRQ_HANDLED;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int irq = platform_get_irq(pdev, 0);
	int idle = platform_get_irq(pdev, 1);
	int ret;

	if (!ex || irq < 0 || idle < 0)
		return -ENOMEM;
	irq_set_status_flags(irq, IRQ_NOAUTOEN);
	ret = devm_request_irq(&pdev->dev, irq, example_isr, 0, "example", ex);
	if (ret)
		return ret;
	ret = devm_request_irq(&pdev->dev, idle, example_idle_isr, IRQF_ONESHOT | IRQF_NO_AUTOEN, "idle", ex);
	if (ret)
		return ret;
	init_completion(&ex->done);
	init_completion(&ex->idle);
	enable_irq(irq);
	enable_irq(idle);
	return 0;
}
