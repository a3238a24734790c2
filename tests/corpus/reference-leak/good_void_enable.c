// path: drivers/gpu/drm/example.c
// A function that tells nobody of its failure: its counterpart comes all the same.
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
};

int example_clocks(struct example *ex);
int example_start(struct example *ex);

void example_enable(struct example *ex)
{
	int ret;

	ret = pm_runtime_resume_and_get(ex->dev);
	if (ret)
		goto err;
	ret = example_clocks(ex);
	if (ret)
		goto err_put;
	ret = example_start(ex);
	if (ret)
		goto err_put;
	return;

err_put:
	pm_runtime_put(ex->dev);
err:
	example_start(NULL);
}

void example_pre_enable(struct example *ex)
{
	if (pm_runtime_get_sync(ex->dev) < 0)
		return;
	example_start(ex);
}
