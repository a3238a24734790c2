// path: drivers/gpu/drm/example.c
// A macro that nobody sees into is told the status, and decides.
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
};

int example_run(struct example *ex);

int example_start(struct example *ex)
{
	int ret = pm_runtime_resume_and_get(ex->dev);

	if (example_WARN_ON(ex, ret))
		return -EIO;
	ret = example_run(ex);
	pm_runtime_put(ex->dev);
	return ret;
}
