// path: drivers/pci/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/device.h>

struct port {
	struct device dev;
	int number;
};

int example_start(struct port *port);

int example_number(struct port *port)
{
	struct device *dev = get_device(&port->dev);

	if (!dev)
		return -ENODEV;
	if (!port->number)
		return -EINVAL; // expect: reference-leak "get_device() in dev"
	put_device(dev);
	return 0;
}

int example_own(struct port *port)
{
	struct port *other = port;

	if (!get_device(&other->dev))
		return -ENODEV;
	if (other->number)
		return other->number; // expect: reference-leak "get_device() in other->dev"
	put_device(&other->dev);
	return 0;
}
