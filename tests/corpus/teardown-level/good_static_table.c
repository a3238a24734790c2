// path: drivers/base/example.c
#include <linux/device.h>

struct bus_type {
	const struct attribute_group **dev_groups;
};

struct platform_device {
	struct device dev;
	struct bus_type *bus;
};

struct platform_driver {
	int (*remove)(struct platform_device *pdev);
};

void device_remove_groups(struct device *dev, const struct attribute_group **groups);

static const struct attribute_group *example_groups[2];

void example_init(struct bus_type *bus)
{
	bus->dev_groups = example_groups;
}

/* What the bus points to is static: it says what is released for the device, and is not released itself. */
static int example_remove(struct platform_device *pdev)
{
	device_remove_groups(&pdev->dev, pdev->bus->dev_groups);
	return 0;
}

static struct platform_driver example_driver = {
	.remove = example_remove,
};
