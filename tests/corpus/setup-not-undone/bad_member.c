// path: drivers/misc/example.c
// models: commit 7c3a2ec02806 ("iommu/mediatek: Merge 2 M4U HWs into one iommu domain")
#include <linux/list.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct example_port {
	struct list_head node;
};

struct example {
	struct list_head list;
	struct example_port port;
};

static LIST_HEAD(example_list);

int example_register(struct device *dev);
void example_halt(struct device *dev);

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	platform_set_drvdata(pdev, ex);
	list_add_tail(&ex->list, &example_list);
	ret = example_register(&pdev->dev);
	if (ret)
		goto unlist;
	return ret;

unlist:
	list_del(&ex->list);
	return ret;
}

static void example_remove(struct platform_device *pdev) // expect: setup-not-undone
{
	struct example *ex = platform_get_drvdata(pdev);

	list_del(&ex->port.node);
	example_halt(&pdev->dev);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
