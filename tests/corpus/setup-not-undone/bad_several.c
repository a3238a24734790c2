// path: drivers/misc/example.c
// models: commit 587164cd593c ("powerpc/powernv: Add new opal message type")
#include <linux/notifier.h>
#include <linux/platform_device.h>

#define EXAMPLE_LINK 1
#define EXAMPLE_POWER 2

int example_listen(int event, struct notifier_block *nb);
int example_listen_remove(int event, struct notifier_block *nb);
int example_start(struct device *dev);
void example_halt(struct device *dev);

static struct notifier_block example_link;
static struct notifier_block example_power;

static int example_probe(struct platform_device *pdev)
{
	int ret;

	ret = example_listen(EXAMPLE_LINK, &example_link);
	if (ret)
		return ret;
	ret = example_listen(EXAMPLE_POWER, &example_power);
	if (ret)
		return ret;
	ret = example_start(&pdev->dev);
	if (ret) {
		example_listen_remove(EXAMPLE_LINK, &example_link);
		return ret;
	}
	return 0;
}

static void example_remove(struct platform_device *pdev) // expect: setup-not-undone
{
	example_halt(&pdev->dev);
	example_listen_remove(EXAMPLE_LINK, &example_link);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove = example_remove,
};
