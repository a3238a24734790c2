// path: drivers/net/example.c
#include <linux/pci.h>
#include <linux/slab.h>

struct device_node {
	const char *name;
	int id;
};

struct platform_device {
	struct device dev;
	int id;
};

struct platform_device *of_find_device_by_node(struct device_node *np);

static int id_of(struct platform_device **from)
{
	return (*from)->id;
}

int example_id(struct device_node *np)
{
	struct platform_device *pdev = of_find_device_by_node(np);

	return id_of(&pdev); // expect: unchecked-lookup
}
