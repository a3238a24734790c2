// path: drivers/tee/example.c
// models: commit 7e7292dba215 ("ASoC: fsl: add imx-es8328 machine driver")
#include <linux/device.h>
#include <linux/slab.h>

struct example_arg {
	int ret;
};

int example_load(struct device *dev);
void example_unload(struct device *dev);
void example_open(struct example_arg *arg);

int example_session(struct device *dev, struct example_arg *arg)
{
	int rc;
	void *buffer = kmalloc(16, GFP_KERNEL);

	if (!buffer)
		return -ENOMEM;
	rc = example_load(dev);
	if (rc) {
		rc = -EINVAL;
		goto out;
	}
	example_open(arg);
	if (arg->ret != 0) {
		dev_err(dev, "open failed: %d\n", arg->ret);
		example_unload(dev);
		goto out;
	}
	example_load(dev);
out:
	kfree(buffer);
	return rc;
}
