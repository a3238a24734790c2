// path: drivers/cxl/example.c
// What a function converts the device to is no error pointer.
#include <linux/device.h>

struct region {
	struct device dev;
};

int example_attach(struct region *region);
int example_match(struct device *dev, void *data);
struct region *example_make(struct device *parent);

static struct region *to_region(struct device *dev)
{
	if (!dev->parent)
		return NULL;
	return container_of(dev, struct region, dev);
}

int example_add(struct device *parent)
{
	struct region *region;
	struct device *dev;
	int ret;

	dev = device_find_child(parent, NULL, example_match);
	if (!dev) {
		region = example_make(parent);
		dev = &region->dev;
	} else {
		region = to_region(dev);
	}
	ret = PTR_ERR_OR_ZERO(region);
	if (ret)
		goto out;
	example_attach(region);
	put_device(dev);
out:
	return ret;
}
