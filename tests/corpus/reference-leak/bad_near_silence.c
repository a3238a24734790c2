// path: drivers/gpu/drm/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
// Each is one step away from a shape that is silent.
#include <linux/device.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
	bool has_ref;
};

int example_clocks(struct example *ex);
int example_start(struct example *ex, int number);

int example_resume(struct example *ex)
{
	int ret = pm_runtime_get_sync(ex->dev);

	if (ret < 0)
		return ret; // expect: reference-leak
	return 0;
}

void example_uneven(struct example *ex)
{
	int ret;

	ret = pm_runtime_resume_and_get(ex->dev);
	if (ret)
		return;
	ret = example_clocks(ex);
	if (ret) {
		pm_runtime_put(ex->dev);
		return;
	}
	ret = example_start(ex, 0);
	if (ret)
		return; // expect: reference-leak
	example_clocks(NULL);
}

int example_show(struct example *ex, bool active)
{
	int ret = pm_runtime_resume_and_get(ex->dev);

	if (ret < 0)
		return ret;
	if (active && !ex->has_ref)
		return 0; // expect: reference-leak
	example_clocks(ex);
	pm_runtime_put(ex->dev);
	return 0;
}

int example_warned(struct example *ex)
{
	int ret = pm_runtime_resume_and_get(ex->dev);

	if (ret)
		return ret;
	ret = example_clocks(ex);
	if (example_WARN_ON(ex, !ex->dev))
		return -EIO; // expect: reference-leak
	pm_runtime_put(ex->dev);
	return ret;
}

static int example_number(struct pci_dev *pdev)
{
	struct example *ex = pci_get_drvdata(pdev);

	return ex ? 1 : 0;
}

int example_count(struct device_driver *driver)
{
	struct device *next;

	next = driver_find_device(driver, NULL, NULL, NULL);
	if (!next)
		return 0;
	return example_number(to_pci_dev(next)); // expect: reference-leak
}

/* What an unknown function is told here is the node itself, and no status. */
int example_node(struct device_node *parent)
{
	struct device_node *np = of_get_parent(parent);

	if (!np)
		return -ENODEV;
	if (example_read_reg(np, 0))
		return -EINVAL; // expect: reference-leak
	of_node_put(np);
	return 0;
}

int example_configure(struct example *ex, int number)
{
	int ret;

	ret = pm_runtime_resume_and_get(ex->dev);
	if (ret)
		return ret;
	ret = example_start(ex, number);
	if (ret)
		return ret; // expect: reference-leak
	pm_runtime_put(ex->dev);
	return number;
}
