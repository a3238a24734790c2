// path: drivers/hwmon/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/clk.h>
#include <linux/pci.h>

struct example {
	struct clk *clk;
	unsigned int users;
};

int example_find(struct pci_dev *dev, u16 *address);
int example_setup(struct example *ex);

static struct platform_driver example_driver;

/* It takes what it needs and fails, so that another driver can bind to the device. */
static int example_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	u16 address;

	if (example_find(dev, &address))
		return -ENODEV;
	if (platform_driver_register(&example_driver))
		return -ENODEV;
	if (example_find(dev, &address))
		platform_driver_unregister(&example_driver);
	return -ENODEV;
}

/* Counted, for whoever switches it off. */
static int example_start(struct example *ex)
{
	int ret = clk_enable(ex->clk);

	if (ret)
		return ret;
	ex->users++;
	return example_setup(ex);
}

/* Both at once give back one of them. */
static int example_divide(struct example *ex)
{
	int ret = clk_enable(ex->clk);

	if (ret)
		return ret;
	ret = example_setup(ex);
	if (ret) {
		clk_disable_unprepare(ex->clk);
		return ret;
	}
	clk_disable(ex->clk);
	return 0;
}

static struct pci_driver example_pci_driver = {
	.probe = example_probe,
};

const void *example_calls[] = { example_start, example_divide, &example_pci_driver };
