// path: drivers/vfio/example.c
// What is returned is the number that the caller gave: it tells success.
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
};

int example_enable(struct example *ex, int number);

int example_configure(struct example *ex, int number)
{
	int ret;

	if (!number)
		return 0;
	ret = pm_runtime_resume_and_get(ex->dev);
	if (ret)
		return ret;
	ret = example_enable(ex, number);
	if (ret) {
		pm_runtime_put(ex->dev);
		return ret;
	}
	return number;
}

size_t example_size(struct example *ex);

/* The rest is done once the device has resumed. */
long example_write(struct example *ex, size_t count)
{
	int ret;

	if (!count)
		return 0;
	count = count > 64 ? 64 : count;
	ret = pm_runtime_resume_and_get(ex->dev);
	if (ret)
		return ret;
	if (example_size(ex))
		return count;
	ret = example_enable(ex, count);
	if (ret) {
		pm_runtime_put(ex->dev);
		return ret;
	}
	return count;
}
