// path: drivers/pci/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/err.h>
#include <linux/slab.h>

struct port {
	int number;
};

struct port *example_ask(int number);

/* Either way of failing: no one test sees both. */
struct port *example_make(int number)
{
	struct port *port;

	if (number < 0)
		return NULL;
	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);
	return port;
}

/* What it hands on may be anything. */
struct port *example_other(int number)
{
	if (number < 0)
		return NULL;
	return example_ask(number);
}

int example_number(int number)
{
	if (number < 0)
		return -EINVAL;
	return number;
}

int example_probe(void)
{
	struct port *port = example_make(1);
	int number = example_number(2);

	if (IS_ERR_OR_NULL(port))
		return -ENOMEM;
	if (number < 0) {
		kfree(port);
		return number;
	}
	kfree(port);
	port = example_other(3);
	if (IS_ERR(port))
		return PTR_ERR(port);
	return 0;
}
