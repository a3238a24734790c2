// path: drivers/pci/example.c
// models: commit eb680d563089 ("soc: fsl: cpm1: qmc: Add support for QUICC Engine (QE) implementation")
#include <linux/err.h>
#include <linux/io.h>
#include <linux/platform_device.h>

struct example {
	void __iomem *ram;
	void __iomem *regs;
};

int example_probe(struct device *dev, struct resource *res, struct example *ex)
{
	ex->regs = devm_ioremap_resource(dev, res);
	if (IS_ERR(ex->ram)) // expect: wrong-error-test
		return PTR_ERR(ex->ram);
	return 0;
}
