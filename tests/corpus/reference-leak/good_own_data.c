// path: drivers/mtd/example_ecc.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/of_platform.h>
#include <linux/platform_device.h>

struct example_ecc {
	struct device *dev;
};

struct example_ecc *example_ecc_get(struct device_node *np)
{
	struct platform_device *pdev = of_find_device_by_node(np);
	struct example_ecc *ecc;

	if (!pdev)
		return ERR_PTR(-ENODEV);
	ecc = platform_get_drvdata(pdev);
	if (!ecc) {
		put_device(&pdev->dev);
		return ERR_PTR(-EPROBE_DEFER);
	}
	return ecc;
}

void example_ecc_put(struct example_ecc *ecc)
{
	put_device(ecc->dev);
}
