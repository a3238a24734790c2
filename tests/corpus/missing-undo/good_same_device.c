// path: drivers/gpu/drm/example.c
// The device has two names: the object was made for it, and has it in a field of that name.
#include <linux/pm_runtime.h>

struct drm {
	struct device *dev;
};

struct drm *example_alloc(struct device *dev);
int example_vblank(struct drm *drm);

static int example_bind(struct device *dev)
{
	struct drm *drm = example_alloc(dev);
	int ret;

	pm_runtime_enable(dev);
	ret = example_vblank(drm);
	if (ret)
		goto err;
	return 0;
err:
	pm_runtime_disable(drm->dev);
	return ret;
}

static const struct component_ops example_ops = {
	.bind = example_bind,
};
