// path: drivers/misc/example.c
// models: commit 132f76294744 ("drivers/char/tpm: Add new device driver to support IBM vTPM")
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct example {
	void __iomem *regs;
	struct {
		unsigned int slots;
		spinlock_t lock;
	} ring;
};

static irqreturn_t example_isr(int irq, void *data)
{
	struct example *ex = data;
	unsigned int id = readl(ex->regs);

	if (id >= ex->ring.slots)
		return IRQ_NONE;
	spin_lock(&ex->ring.lock);
	writel(id, ex->regs + 4);
	spin_unlock(&ex->ring.lock);
	return IRQ_HANDLED;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int irq = platform_get_irq(pdev, 0);
	int ret;

	if (!ex || irq < 0)
		return -ENOMEM;
	ex->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(ex->regs))
		return PTR_ERR(ex->regs);
	ret = devm_request_irq(&pdev->dev, irq, example_isr, 0, "example", ex);
	if (ret)
		return ret;
	spin_lock_init(&ex->ring.lock);
	ex->ring.slots = 16;
	return 0;
}
