// path: drivers/pci/example.c
// models: commit 6a5f850aa83a ("ASoC: fsl: Add imx-hdmi machine driver")
#include <linux/device.h>

int example_register(struct device *dev);

int example_probe(struct device *dev, int in, int out)
{
	int ret;

	if (in == out) {
		dev_err(dev, "both or none");
		goto fail;
	}
	ret = example_register(dev);
fail:
	return ret; // expect: read-before-set
}
