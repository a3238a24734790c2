// path: drivers/usb/example.c
// models: commit 61a6199787d9 ("PCI: Return ~0 data on pciconfig_read() CAP_SYS_ADMIN failure")
#include <linux/device.h>

int example_read(struct device *dev, int *mode);

int example_show(struct device *dev)
{
	int mode, ret, raw;

	ret = example_read(dev, &raw);
	if (ret)
		goto done;
	mode = raw & 3;
done:
	dev_dbg(dev, "mode %d\n", mode);
	return ret;
}
