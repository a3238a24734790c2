// path: drivers/mtd/example_ecc.c
// As good_own_data; what is returned is a part of what the device keeps of its own.
#include <linux/of_platform.h>
#include <linux/platform_device.h>

struct example_engine {
	int id;
};

struct example_ecc {
	struct device *dev;
	struct example_engine engine;
};

struct example_engine *example_engine_get(struct device_node *np)
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
	return &ecc->engine;
}
