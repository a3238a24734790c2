// path: drivers/misc/example.c
// models: commit fd6db2892eba ("powerpc/xive: Modernize XIVE-IPI domain with an 'alloc' handler")
#include <linux/device.h>

struct example {
	int irq;
};

int example_alloc(struct device *dev);

int example_probe(struct device *dev, struct example *ex)
{
	ex->irq = example_alloc(dev);
	if (ex->irq < 0)
		return -ENOSPC;
	return 0;
}
