// path: drivers/gpu/drm/example.c
// Without runtime power management there is no count.
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
};

int example_resume(struct device *dev);
int example_init(struct example *ex);

int example_probe(struct example *ex)
{
	int ret = pm_runtime_resume_and_get(ex->dev);

	if (ret)
		return ret;
	if (!IS_ENABLED(CONFIG_PM)) {
		ret = example_resume(ex->dev);
		if (ret)
			return ret;
	}
	ret = example_init(ex);
	if (ret)
		goto err;
	pm_runtime_put(ex->dev);
	return 0;
err:
	pm_runtime_put(ex->dev);
	return ret;
}
