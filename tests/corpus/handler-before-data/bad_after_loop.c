// path: drivers/misc/example.c
// models: commit 132f76294744 ("drivers/char/tpm: Add new device driver to support IBM vTPM")
#include <linux/interrupt.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct channel {
	int count;
};

struct example {
	struct completion done;
	struct channel channels[8];
	int pending;
	int count;
};

static irqreturn_t example_isr(int irq, void *data)
{
	struct example *ex = data;
	struct channel *channel;
	int i;

	do {
		for (i = 0; i < ex->count; i++) {
			channel = &ex->channels[i];
			channel->count++;
		}
	} while (ex->pending);
	complete(&ex->done);
	return IRQ_HANDLED;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int irq = platform_get_irq(pdev, 0);
	int ret, i;

	if (!ex || irq < 0)
		return -ENOMEM;
	ret = devm_request_irq(&pdev->dev, irq, example_isr, 0, "example", ex); // expect: handler-before-data
	if (ret)
		return ret;
	for (i = 0; i < 8; i++) {
		struct channel *channel = &ex->channels[i];

		channel->count = 0;
	}
	init_completion(&ex->done);
	ex->count = 8;
	return 0;
}
