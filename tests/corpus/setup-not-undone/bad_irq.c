// path: drivers/misc/example.c
// models: commit c19b6d246a35 ("drivers/net: support hdlc function for QE-UCC")
#include <linux/interrupt.h>
#include <linux/netdevice.h>

int example_start(struct net_device *dev);
void example_halt(struct net_device *dev);

static irqreturn_t example_isr(int irq, void *data)
{
	return IRQ_HANDLED;
}

static int example_open(struct net_device *dev)
{
	int ret;

	ret = request_irq(dev->irq, example_isr, 0, "example", dev);
	if (ret)
		return ret;
	ret = example_start(dev);
	if (ret) {
		free_irq(dev->irq, dev);
		return ret;
	}
	return 0;
}

static int example_stop(struct net_device *dev) // expect: setup-not-undone
{
	example_halt(dev);
	return 0;
}

static const struct net_device_ops example_ops = {
	.ndo_open = example_open,
	.ndo_stop = example_stop,
};
