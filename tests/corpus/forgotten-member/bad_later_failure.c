// path: drivers/pci/controller/example.c
// models: commit ab597d35ef11 ("PCI: xilinx-nwl: Add support for Xilinx NWL PCIe Host Controller")
#include <linux/platform_device.h>
#include <linux/slab.h>

int example_power(struct device *dev);
int example_start(struct device *dev);
struct example *example_of(struct platform_device *pdev);

struct example {
	struct device *dev;
	unsigned long *used;
};

static int example_vectors(struct example *ex)
{
	int ret;

	ex->used = kcalloc(4, sizeof(*ex->used), GFP_KERNEL); // expect: forgotten-member
	if (!ex->used)
		return -ENOMEM;
	ret = example_power(ex->dev);
	if (ret)
		goto drop;
	return 0;

drop:
	kfree(ex->used);
	ex->used = NULL;
	return ret;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = example_of(pdev);
	int ret;

	ex->dev = &pdev->dev;
	ret = example_vectors(ex);
	if (ret)
		return ret;
	ret = example_start(ex->dev);
	if (ret)
		return ret;
	return 0;
}

static struct platform_driver example_driver = {
	.probe = example_probe,
};
