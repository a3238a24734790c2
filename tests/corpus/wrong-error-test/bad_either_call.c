// path: drivers/pci/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/err.h>
#include <linux/slab.h>

struct port {
	int number;
};

static struct port *example_copy(struct port *from)
{
	struct port *port = kmemdup(from, sizeof(*from), GFP_KERNEL);

	if (!port)
		return ERR_PTR(-ENOMEM);
	return port;
}

/* Both ways give the variable a new value: the NULL it had never comes to the test. */
int example_number(struct port *first, struct port *second, int which)
{
	struct port *port = NULL;

	if (which)
		port = example_copy(first);
	else
		port = example_copy(second);
	if (!port) // expect: wrong-error-test
		return -ENOMEM;
	which = port->number;
	kfree(port);
	return which;
}
