/* Buses and devices come into being. */
#include <linux/pci.h>
#include <linux/slab.h>

static const struct attribute_group pci_dev_group = { .name = "resources" };

/*
 * Hazard: the hook runs while dev->dev is not registered yet.  On powerpc it is
 * pcibios_add_device() of arch/powerpc/kernel/pci-common.c, which goes through the host bridge's
 * ops to arch/powerpc/platforms/pseries/iommu.c and from there to iommu_add_device(), which does
 * nothing for a device that is not registered.  Nobody tries again: the device has no group.
 */
int pci_device_add(struct pci_dev *dev, struct pci_bus *bus)
{
	int ret;

	device_initialize(&dev->dev);
	dev->bus = bus;
	dev->dev.parent = &bus->dev;
	list_add_tail(&dev->bus_list, &bus->devices);

	ret = pcibios_add_device(dev); // expect: setup-before-registration // expect: premature-callback
	if (ret)
		return ret;

	return device_add(&dev->dev);
}

/* Sibling: the same kind of hook, and set-up of the core's own, after registration. */
void pci_bus_add_device(struct pci_dev *dev)
{
	pcibios_bus_add_device(dev);
	device_add_group(&dev->dev, &pci_dev_group);
}

struct pci_bus *pci_add_new_bus(struct pci_bus *parent)
{
	struct pci_bus *bus = kzalloc(sizeof(*bus), GFP_KERNEL);

	if (!bus)
		return NULL;
	INIT_LIST_HEAD(&bus->devices);
	INIT_LIST_HEAD(&bus->children);
	bus->parent = parent;
	bus->sysdata = parent->sysdata;
	list_add_tail(&bus->node, &parent->children);
	if (device_register(&bus->dev)) {
		list_del(&bus->node);
		put_device(&bus->dev);
		return NULL;
	}
	pcibios_add_bus(bus);
	pci_create_legacy_files(bus);
	return bus;
}
