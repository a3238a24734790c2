// path: drivers/net/example/core.c
// The driver's core calls the hooks of a table that other files fill, and the counterpart where one fails.
#include <linux/platform_device.h>

struct example {
	const struct example_hooks *hooks;
	struct clk *clk;
};

struct example_hooks {
	int (*init)(struct example *ex);
	void (*exit)(struct example *ex);
};

int example_start(struct example *ex)
{
	int ret = ex->hooks->init(ex);

	if (ret)
		ex->hooks->exit(ex);
	return ret;
}
