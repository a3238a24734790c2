// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>
#include <linux/list.h>

struct port {
	struct device dev;
};

struct link {
	struct list_head node;
	struct port *port;
	int number;
};

/* Whose part was counted is no NULL. */
struct port *example_port(struct list_head *links, int number)
{
	struct port *port = NULL;
	struct link *link;

	list_for_each_entry(link, links, node) {
		if (link->number == number && get_device(&link->port->dev)) {
			port = link->port;
			break;
		}
	}
	if (port)
		return port;
	return ERR_PTR(-ENODEV);
}
