// path: drivers/net/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/ioport.h>
#include <linux/netdevice.h>
#include <linux/phy.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

struct part {
	struct device *dev;
};

struct example {
	struct part pm;
	struct net_device *ndev;
	unsigned long port;
	int (*setup)(struct example *ex);
};

int example_start(struct example *ex);
struct net_device *example_alloc(void);

/* A function of the file that has the name of another one. */
static int phy_init(struct example *ex)
{
	return example_start(ex);
}

static int example_own_name(struct example *ex)
{
	int ret = phy_init(ex);

	if (ret)
		return ret;
	return example_start(ex);
}

/* The file goes with the device. */
static int example_add(struct platform_device *pdev)
{
	struct net_device *ndev = example_alloc();
	int ret = register_netdev(ndev);

	if (ret)
		return ret;
	ret = device_create_file(&ndev->dev, &dev_attr_first);
	if (ret)
		goto out;
	ret = device_create_file(&ndev->dev, &dev_attr_second);
	if (ret)
		goto out;
	return 0;
out:
	unregister_netdev(ndev);
	return ret;
}

/* Another name of the device, which a callee gave. */
static int example_power(struct platform_device *pdev, struct example *ex)
{
	int ret;

	pm_runtime_enable(&pdev->dev);
	ret = example_start(ex);
	if (ret)
		pm_runtime_disable(ex->pm.dev);
	return ret;
}

/* The device has been told before how to power down. */
static void example_off(void *data)
{
	struct example *ex = data;

	pm_runtime_disable(ex->pm.dev);
}

static int example_managed(struct platform_device *pdev, struct example *ex)
{
	int ret = devm_add_action_or_reset(&pdev->dev, example_off, ex);

	if (ret)
		return ret;
	pm_runtime_enable(&pdev->dev);
	return example_start(ex);
}

/* Called through the driver's own table; who calls it gives back. */
static int example_claim(struct example *ex)
{
	if (!request_region(ex->port, 16, "example"))
		return -EBUSY;
	if (example_start(ex))
		return -EIO;
	return 0;
}

static void example_cleanup(struct example *ex)
{
	release_region(ex->port, 16);
}

static struct example examples[] = {
	{ .setup = example_claim },
};

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = &examples[pdev->id];

	if (ex->setup(ex)) {
		example_cleanup(ex);
		return -ENODEV;
	}
	return 0;
}

static int have_driver;
static struct platform_driver example_driver = {
	.probe = example_probe,
};

/* Noted for the exit. */
static int __init example_init(void)
{
	if (!platform_driver_register(&example_driver))
		have_driver = 1;
	return have_driver ? 0 : -ENODEV;
}

static void __exit example_exit(void)
{
	if (have_driver)
		platform_driver_unregister(&example_driver);
}

module_init(example_init);
module_exit(example_exit);

const void *example_calls[] = { example_own_name, example_add, example_power, example_managed };
