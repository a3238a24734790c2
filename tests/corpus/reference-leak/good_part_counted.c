// path: drivers/pci/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/device.h>
#include <linux/list.h>

struct port {
	struct device dev;
	struct list_head node;
	int number;
};

struct user {
	struct port *port;
};

static LIST_HEAD(example_ports);

static void example_keep(struct user *user, struct port *port)
{
	user->port = port;
}

struct port *example_find(int number)
{
	struct port *port;

	list_for_each_entry(port, &example_ports, node) {
		if (port->number == number && get_device(&port->dev))
			return port;
	}
	return NULL;
}

struct port *example_found(struct port *first, int number)
{
	struct port *found = NULL;

	if (first->number == number && get_device(&first->dev))
		found = first;
	return found;
}

int example_use(struct user *user, struct port *port)
{
	if (!get_device(&port->dev))
		return -ENODEV;
	user->port = port;
	return 0;
}

int example_given(struct user *user, struct port *port)
{
	if (!get_device(&port->dev))
		return -ENODEV;
	example_keep(user, port);
	return 0;
}
