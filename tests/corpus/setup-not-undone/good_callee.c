// path: drivers/misc/example.c
// models: commit 7c3a2ec02806 ("iommu/mediatek: Merge 2 M4U HWs into one iommu domain")
#include <linux/list.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

struct example {
	struct list_head list;
	struct device *dev;
};

static LIST_HEAD(example_list);

int example_register(struct example *ex);
void example_unregister(struct example *ex);

static void example_unlist(struct example *ex)
{
	list_del_init(&ex->list);
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	platform_set_drvdata(pdev, ex);
	list_add_tail(&ex->list, &example_list);
	ret = example_register(ex);
	if (ret)
		goto unlist;
	return ret;

unlist:
	list_del(&ex->list);
	return ret;
}

static void example_remove(struct platform_device *pdev)
{
	struct example *ex = platform_get_drvdata(pdev);

	example_unregister(ex);
	example_unlist(ex);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove_new = example_remove,
};
