// path: drivers/gpu/drm/example.c
// A flag, or a count, of the object says from now on that the reference is held.
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
	bool has_ref;
	bool seen;
	int active;
};

int example_config(struct example *ex);

int example_set(struct example *ex, bool active)
{
	int ret = pm_runtime_resume_and_get(ex->dev);

	if (ret < 0)
		return ret;
	ret = example_config(ex);
	if (active && !ex->has_ref) {
		ex->has_ref = true;
		return ret;
	}
	pm_runtime_put(ex->dev);
	return ret;
}

void example_submit(struct example *ex)
{
	pm_runtime_get_sync(ex->dev);
	if (!ex->active)
		pm_runtime_get(ex->dev);
	ex->active++;
	example_config(ex);
	pm_runtime_put(ex->dev);
}
