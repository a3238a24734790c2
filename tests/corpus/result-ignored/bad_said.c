// path: drivers/misc/example.c
// models: commit dce9edff16ee ("phy: freescale: imx8m-pcie: Add i.MX8MP PCIe PHY support")
#include <linux/reset.h>

struct example {
	struct reset_control *reset;
};

int example_register(struct device *dev, struct example *ex);

int example_probe(struct device *dev, struct example *ex)
{
	ex->reset = devm_reset_control_get_exclusive(dev, "core");
	if (IS_ERR(ex->reset))
		dev_err_probe(dev, PTR_ERR(ex->reset), "no reset\n"); // expect: result-ignored
	return example_register(dev, ex);
}
