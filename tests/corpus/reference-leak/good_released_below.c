// path: drivers/usb/dwc3/example.c
// Each request holds a count until it is given back: that a later start may give some back is another matter.
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
	bool waiting;
	bool stalled;
};

int example_command(struct example *ex);

static void example_done(struct example *ex)
{
	pm_runtime_put(ex->dev);
}

static void example_kick(struct example *ex)
{
	if (example_command(ex))
		example_done(ex);
}

int example_queue(struct example *ex)
{
	pm_runtime_get(ex->dev);
	if (ex->waiting)
		return 0;
	if (ex->stalled)
		return 0;
	example_kick(ex);
	return 0;
}
