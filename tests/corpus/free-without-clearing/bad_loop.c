// path: drivers/pci/example.c
#include <linux/slab.h>
#include <linux/list.h>

struct port {
	struct list_head node;
	char *name;
	bool is_up;
};

/* In a loop: ports that are down keep the freed name. */
int example_rename_all(struct list_head *ports, const char *name)
{
	struct port *port;

	list_for_each_entry(port, ports, node) {
		kfree(port->name); // expect: free-without-clearing
		if (!port->is_up)
			continue;
		port->name = kstrdup(name, GFP_KERNEL);
		if (!port->name)
			return -ENOMEM;
	}
	return 0;
}
