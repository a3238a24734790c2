// path: drivers/pci/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/err.h>
#include <linux/slab.h>

struct port {
	int number;
};

struct example {
	struct port first;
	struct port *others[4];
};

struct port *example_ask(struct example *ex, int number);
struct port *example_copy(struct port *port);

/* That it is not NULL does not make it an error pointer. */
static struct port *example_port(struct example *ex, int number)
{
	struct port *port = example_ask(ex, number);

	return port ? port : &ex->first;
}

/* Where there is no such thing at all, a stub says so. */
static struct port *example_none(struct example *ex)
{
	return NULL;
}

int example_number(struct example *ex)
{
	struct port *port = example_port(ex, 1);
	struct port *none = example_none(ex);
	struct port *copy = example_copy(port);

	if (IS_ERR(copy))
		return PTR_ERR(copy);
	if (IS_ERR(none))
		return PTR_ERR(none);
	return port->number;
}
