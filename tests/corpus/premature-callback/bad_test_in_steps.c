// path: drivers/usb/core/port.c
#include <linux/device.h>

struct port;
struct host_ops {
	int (*prepare_port)(struct port *port);
};
struct host {
	const struct host_ops *ops;
};
struct port {
	struct device dev;
	struct host *host;
	int num;
};
int link_power(struct port *port);

static inline bool port_is_visible(struct port *port)
{
	return device_is_registered(&port->dev);
}

static bool port_ready(struct port *port)
{
	if (port_is_visible(port))
		return true;
	return false;
}

static int xh_prepare_port(struct port *port)
{
	if (!port_ready(port))
		return 0;
	return link_power(port);
}

static const struct host_ops xh_ops = {
	.prepare_port = xh_prepare_port,
};

void xh_setup(struct host *h)
{
	h->ops = &xh_ops;
}

int port_create(struct host *h, struct port *port)
{
	port->host = h;
	device_initialize(&port->dev);
	h->ops->prepare_port(port); // expect: premature-callback
	return device_add(&port->dev);
}
