// path: drivers/gpio/bridge-helper.c
#include <linux/device.h>
#include <linux/list.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct node_info {
	struct list_head link;
	int key;
	int weight;
	struct pci_dev *peer;
};

struct table {
	struct list_head nodes;
	struct node_info *favourite;
	struct pci_dev *upstream;
};

struct pci_dev *pci_get_slot(struct pci_bus *bus, unsigned int devfn);
struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);
void pci_dev_put(struct pci_dev *dev);

static int table_attach(struct table *t, struct pci_bus *bus)
{
	t->upstream = pci_get_slot(bus, 0);
	if (!t->upstream)
		return -ENODEV;
	return 0;
}

int table_start(struct table *t, struct pci_bus *bus)
{
	int ret;

	ret = table_attach(t, bus);
	if (ret)
		return ret;
	t->upstream->num_vfs = 1;
	return ret;
}
