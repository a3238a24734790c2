// path: drivers/gpu/drm/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
// Each is one step away from a shape that is silent.
#include <linux/clk.h>
#include <linux/interrupt.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

struct example {
	struct clk *clk;
	int state;
};

struct drm {
	struct device *dev;
};

struct drm *example_alloc(struct device *dev);
int example_vblank(struct drm *drm);
irqreturn_t example_handler(int irq, void *data);

static int example_strict(struct example *ex)
{
	if (ex->state)
		return -EBUSY;
	return 0;
}

static int example_open(struct example *ex)
{
	int ret;

	ret = clk_prepare_enable(ex->clk);
	if (ret)
		return ret;
	ret = example_strict(ex);
	if (ret)
		return ret; // expect: missing-undo
	return 0;
}

static int example_bind(struct device *dev)
{
	struct drm *drm = example_alloc(dev);
	int ret;

	pm_runtime_enable(dev);
	ret = example_vblank(drm);
	if (ret)
		goto err;
	return 0;
err:
	return ret; // expect: missing-undo
}

static void example_unbind(struct device *dev)
{
	pm_runtime_disable(dev);
}

static int example_irq(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int ret;

	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (ret < 0)
		return ret;
	ret = request_irq(pdev->irq, example_handler, 0, "example", pdev);
	if (ret)
		return ret; // expect: missing-undo
	return 0;
}

static int example_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = pci_enable_device(pdev);

	if (ret)
		return ret;
	ret = example_irq(&pdev->dev);
	if (ret)
		pci_disable_device(pdev);
	return ret;
}

static struct pci_driver example_driver = {
	.probe = example_probe,
};

static const struct component_ops example_ops = {
	.bind = example_bind,
	.unbind = example_unbind,
};

static struct example_ops example_other = {
	.open = example_open,
};
