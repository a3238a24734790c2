// path: drivers/misc/example.c
// models: commit 7e7292dba215 ("ASoC: fsl: add imx-es8328 machine driver")
#include <linux/device.h>
#include <linux/of.h>

int example_register(struct device *dev, u32 port);

int example_probe(struct device *dev)
{
	struct device_node *np = of_get_child_by_name(dev->of_node, "port");
	u32 port;
	int ret;

	ret = of_property_read_u32(np, "port", &port);
	if (ret)
		goto put;
	if (port > 7) {
		goto put;
	}
	ret = example_register(dev, port);
put:
	of_node_put(np);
	return ret;
}
