// path: drivers/pci/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/err.h>
#include <linux/io.h>
#include <linux/platform_device.h>

struct example {
	void __iomem *base;
};

int example_probe(struct platform_device *pdev, struct example *ex)
{
	ex->base = devm_platform_ioremap_resource(pdev, 0);
	if (!ex->base) // expect: wrong-error-test
		return -ENOMEM;
	return 0;
}
