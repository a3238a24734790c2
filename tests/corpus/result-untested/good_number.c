// path: drivers/nfc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/gpio.h>
#include <linux/of_gpio.h>
#include <linux/of.h>

struct example {
	int gpio;
	char name[16];
};

int example_parse(struct device_node *np, struct example *ex)
{
	int id = of_alias_get_id(np, "nfc");

	ex->gpio = of_get_named_gpio(np, "en-gpios", 0);
	if (!gpio_is_valid(ex->gpio))
		return -ENODEV;
	snprintf(ex->name, sizeof(ex->name), "nfc%d", id);
	return 0;
}
