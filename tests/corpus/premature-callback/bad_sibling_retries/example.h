// path: drivers/base/example.h
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <linux/device.h>

struct example;

struct example_ops {
	void (*setup)(struct example *ex);
};

struct example_bus {
	const struct example_ops *ops;
	int scanned;
};

struct example {
	struct device dev;
	struct example_bus *bus;
	int mapped;
};

int example_map(struct example *ex);
void other_start(struct example *ex);

#endif
