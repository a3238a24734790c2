// path: drivers/mmc/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/io.h>
#include <linux/pinctrl/consumer.h>
#include <linux/platform_device.h>
#include <linux/regmap.h>

struct example {
	void __iomem *base;
	struct pinctrl *pins;
	struct pinctrl_state *fast;
	struct regmap_field *fields[4];
	struct regmap *map;
};

/* The state is looked at where it is used; the test is of what comes next. */
int example_probe(struct platform_device *pdev, struct example *ex)
{
	ex->fast = pinctrl_lookup_state(ex->pins, "fast");
	ex->base = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(ex->base))
		return PTR_ERR(ex->base);
	return 0;
}

/* Two names of one field. */
int example_fields(struct device *dev, struct example *ex, struct reg_field *what, int i)
{
	struct regmap_field **fields = ex->fields;

	fields[i] = devm_regmap_field_alloc(dev, ex->map, what[i]);
	if (IS_ERR(ex->fields[i]))
		return PTR_ERR(ex->fields[i]);
	return 0;
}
