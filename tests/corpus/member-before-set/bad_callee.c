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

static int example_probe(struct platform_device *pdev)
{
	struct example *ex;
	int ret;

	ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	ret = example_ports(ex); // expect: member-before-set
	if (ret)
		return ret;
	ex->pdev = pdev;
	platform_set_drvdata(pdev, ex);
	return 0;
}

static struct platform_driver example_driver = {
	.probe = example_probe,
};
