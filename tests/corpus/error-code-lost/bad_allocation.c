// path: drivers/misc/example.c
// models: commit e03327122e2c ("pci_endpoint_test: Add 2 ioctl commands")
#include <linux/device.h>
#include <linux/slab.h>

struct example {
	struct device *dev;
	struct clk *clk;
	void *rx;
	int irq;
};

int example_start(struct example *ex);
void example_stop(struct example *ex);
bool example_alloc_vectors(struct example *ex);
int example_enable(struct example *ex);

int example_init(struct example *ex)
{
	int ret;

	ret = example_enable(ex);
	if (ret)
		return ret;
	ex->rx = kzalloc(16, GFP_KERNEL);
	if (!ex->rx) // expect: error-code-lost
		goto stop;
	return 0;

stop:
	example_stop(ex);
	return ret;
}
