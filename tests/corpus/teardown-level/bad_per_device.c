// path: drivers/base/example.c
#include <linux/device.h>
#include <linux/slab.h>

struct bus_type {
	void *table;
};

struct platform_device {
	struct device dev;
	struct bus_type *bus;
};

struct platform_driver {
	int (*remove)(struct platform_device *pdev);
};

int example_init(struct bus_type *bus)
{
	bus->table = kzalloc(64, GFP_KERNEL);
	return bus->table ? 0 : -ENOMEM;
}

/* As good_static_table.c, but the table is the bus' own memory. */
static int example_remove(struct platform_device *pdev)
{
	kfree(pdev->bus->table); // expect: teardown-level "for each device" // expect: free-without-clearing
	return 0;
}

static struct platform_driver example_driver = {
	.remove = example_remove,
};
