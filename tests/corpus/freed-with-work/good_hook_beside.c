// path: drivers/i2c/busses/example.c
#include <linux/interrupt.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct example_adapter;

struct example {
	struct example_adapter *adapter;
	struct tasklet_struct tasklet;
};

struct example_ops {
	int (*reg_slave)(struct example *ex);
	int (*unreg_slave)(struct example *ex);
};

void example_del_adapter(struct example_adapter *adapter);

static void example_tasklet(struct tasklet_struct *t)
{
}

static irqreturn_t example_isr(int irq, void *data)
{
	struct example *ex = data;

	tasklet_schedule(&ex->tasklet);
	return IRQ_HANDLED;
}

static int example_reg_slave(struct example *ex)
{
	tasklet_setup(&ex->tasklet, example_tasklet);
	return 0;
}

/* The core calls it for each slave before the adapter goes. */
static int example_unreg_slave(struct example *ex)
{
	tasklet_kill(&ex->tasklet);
	return 0;
}

static const struct example_ops example_ops = {
	.reg_slave = example_reg_slave,
	.unreg_slave = example_unreg_slave,
};

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	platform_set_drvdata(pdev, ex);
	return devm_request_irq(&pdev->dev, 5, example_isr, 0, "example", ex);
}

static void example_remove(struct platform_device *pdev)
{
	struct example *ex = platform_get_drvdata(pdev);

	example_del_adapter(ex->adapter);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove_new = example_remove,
};
