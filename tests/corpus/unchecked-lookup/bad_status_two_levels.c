// path: drivers/net/example.c
#include <linux/pci.h>

struct link {
	struct device *dev;
	struct pci_dev *peer;
};

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);
void pci_dev_put(struct pci_dev *dev);
int use(int value);

/* A status is handed on, and ignored one level up. */
static int link_find(struct link *link, unsigned int bus)
{
	link->peer = pci_get_domain_bus_and_slot(0, bus, 0);
	if (!link->peer)
		return -ENODEV;
	return 0;
}

static int link_attach(struct link *link, unsigned int bus)
{
	int ret;

	ret = link_find(link, bus);
	if (ret)
		return ret;
	return 0;
}

int link_vendor(struct link *link, unsigned int bus)
{
	link_attach(link, bus);
	return use(link->peer->vendor); // expect: unchecked-lookup
}
