// path: drivers/comedi/drivers/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/clk.h>
#include <linux/comedi/comedidev.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/pm.h>
#include <linux/pm_runtime.h>

struct comedi_driver {
	int (*auto_attach)(struct comedi_device *dev, unsigned long context);
	void (*detach)(struct comedi_device *dev);
};

struct class_interface {
	int (*add_dev)(struct device *dev);
	void (*remove_dev)(struct device *dev);
};

static struct bin_attribute example_attr;

struct example {
	struct device *dev;
	bool enabled;
	struct clk *clk;
};

int example_start(void *what);
struct example *to_example(void *kms);

/* Its detach is called where it fails, too. */
static int example_attach(struct comedi_device *dev, unsigned long start)
{
	int ret;

	dev->mmio = ioremap(start, 16);
	if (!dev->mmio)
		return -ENOMEM;
	ret = example_start(dev);
	if (ret)
		return ret;
	return 0;
}

static void example_detach(struct comedi_device *dev)
{
	if (dev->mmio)
		iounmap(dev->mmio);
}

static struct comedi_driver example_driver = {
	.auto_attach = example_attach,
	.detach = example_detach,
};

/* Nobody looks at what it returns, and its counterpart comes with the end of the device. */
static int example_add_dev(struct device *dev)
{
	int ret = sysfs_create_bin_file(&dev->kobj, &example_attr);

	if (ret)
		return ret;
	ret = example_start(dev);
	if (ret)
		return ret;
	return 0;
}

static void example_remove_dev(struct device *dev)
{
	sysfs_remove_bin_file(&dev->kobj, &example_attr);
}

static struct class_interface example_interface = {
	.add_dev = example_add_dev,
	.remove_dev = example_remove_dev,
};

/* Noted in an object that was there before. */
static int example_hw_init(void *kms)
{
	struct example *ex = to_example(kms);
	int ret;

	pm_runtime_enable(ex->dev);
	ex->enabled = true;
	ret = example_start(ex);
	if (ret)
		return ret;
	return 0;
}

static void example_destroy(void *kms)
{
	struct example *ex = to_example(kms);

	if (ex->enabled)
		pm_runtime_disable(ex->dev);
}

/* Built in, and nothing ever unregisters it. */
static const struct bus_type example_bus = {
	.name = "example",
};

static int example_init(void)
{
	int ret = bus_register(&example_bus);

	if (ret)
		return ret;
	ret = example_start(NULL);
	if (ret)
		return ret;
	return 0;
}
core_initcall(example_init);

const void *example_calls[] = { example_hw_init, example_destroy };

/* The next suspend unprepares it whether this failed or not; the first unwinds for want of knowing. */
static int example_resume(struct device *dev)
{
	struct example *ex = dev_get_drvdata(dev);
	int ret = clk_prepare(ex->clk);

	if (ret)
		return ret;
	ret = example_start(ex);
	if (ret) {
		clk_unprepare(ex->clk);
		return ret;
	}
	ret = example_start(dev);
	if (ret)
		return ret;
	return 0;
}

static int example_suspend(struct device *dev)
{
	struct example *ex = dev_get_drvdata(dev);

	clk_unprepare(ex->clk);
	return 0;
}

static SIMPLE_DEV_PM_OPS(example_pm_ops, example_suspend, example_resume);

struct pci_error_handlers {
	pci_ers_result_t (*slot_reset)(struct pci_dev *pdev);
};

/* Where it fails, remove of the device comes nevertheless. */
static int example_attach_again(struct pci_dev *pdev)
{
	int ret = pci_enable_device(pdev);

	if (ret)
		return ret;
	return example_start(pdev) ? -EIO : 0;
}

static pci_ers_result_t example_slot(struct pci_dev *pdev)
{
	return example_attach_again(pdev) ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_RECOVERED;
}

static void example_gone(struct pci_dev *pdev)
{
	pci_disable_device(pdev);
}

static const struct pci_error_handlers example_errors = {
	.slot_reset = example_slot,
};
