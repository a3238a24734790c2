// path: drivers/base/example.c
#include <linux/device.h>

struct example {
	struct device dev;
	int channels;
};

static const struct attribute_group example_group = { .name = "example" };

static int example_add_files(struct device *dev)
{
	return device_add_group(dev, &example_group);
}

static int example_set_up(struct example *ex)
{
	if (!ex->channels)
		return 0;
	return example_add_files(&ex->dev);
}

int example_register(struct example *ex)
{
	int ret;

	device_initialize(&ex->dev);
	ret = example_set_up(ex); // expect: setup-before-registration
	if (ret)
		return ret;
	return device_add(&ex->dev);
}
