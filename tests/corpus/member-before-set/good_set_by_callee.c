// path: sound/soc/example.c
// models: commit 708b4351f08c ("ASoC: fsl: Add Freescale Generic ASoC Sound Card with ASRC support")
#include <linux/platform_device.h>
#include <linux/slab.h>

struct example {
	struct platform_device *pdev;
	int ports;
};

static int example_ports(struct example *ex)
{
	ex->ports = ex->pdev->num_resources;
	return ex->ports ? 0 : -EINVAL;
}

static void example_bind(struct example *ex, struct platform_device *pdev)
{
	ex->pdev = pdev;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex;
	int ret;

	ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	example_bind(ex, pdev);
	ret = example_ports(ex);
	if (ret)
		return ret;
	ex->pdev = pdev;
	platform_set_drvdata(pdev, ex);
	return 0;
}

static struct platform_driver example_driver = {
	.probe = example_probe,
};
