// path: drivers/base/example.h
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <linux/device.h>

struct example;

struct example_ops {
	void (*setup)(struct example *ex);
};

struct example {
	struct device dev;
	struct example_ops ops;
};

#endif
