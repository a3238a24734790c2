// path: drivers/pci/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/err.h>
#include <linux/list.h>
#include <linux/slab.h>

struct port {
	struct list_head node;
	int number;
};

static struct port *example_copy(struct port *from)
{
	struct port *port = kmemdup(from, sizeof(*from), GFP_KERNEL);

	if (!port)
		return ERR_PTR(-ENOMEM);
	return port;
}

/* The test asks whether the walk came to the call; an error pointer is handed on. */
struct port *example_take(struct list_head *ports, int number)
{
	struct port *port, *found = NULL;

	list_for_each_entry(port, ports, node) {
		if (port->number == number) {
			found = example_copy(port);
			break;
		}
	}
	if (!found)
		return ERR_PTR(-ENOENT);
	return found;
}
