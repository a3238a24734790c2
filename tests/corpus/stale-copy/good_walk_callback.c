// path: drivers/example/walk.c
#include <linux/device.h>
#include <linux/slab.h>

struct hub {
	struct device *dev;
	void *map;
};

struct port {
	void *map;
};

int device_for_each_child(struct device *parent, void *data, int (*fn)(struct device *dev, void *data));
void *map_build(int size);

static int port_take(struct device *dev, void *data)
{
	struct port *port = dev_get_drvdata(dev);
	struct hub *hub = data;

	port->map = hub->map;
	return 0;
}

void port_clear(struct port *port)
{
	memset(port->map, 0, 8);
}

int hub_rebuild(struct hub *hub, int size)
{
	void *map = map_build(size);

	if (!map)
		return -ENOMEM;
	kfree(hub->map);
	hub->map = map;
	device_for_each_child(hub->dev, hub, port_take);
	return 0;
}
