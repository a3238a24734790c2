// path: drivers/pci/example.c
// models: commit eb680d563089 ("soc: fsl: cpm1: qmc: Add support for QUICC Engine (QE) implementation")
#include <linux/err.h>
#include <linux/io.h>
#include <linux/platform_device.h>

int example_probe(struct device *dev, struct resource *res, void __iomem **out)
{
	void __iomem *regs = devm_ioremap_resource(dev, res);

	if (IS_ERR_OR_NULL(regs))
		return -ENOMEM;
	*out = regs;
	return 0;
}
