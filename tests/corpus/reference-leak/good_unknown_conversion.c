// path: drivers/s390/example/device.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>
#include "unseen.h"

/* Returns with a reference, through a conversion of a header that is not there. */
struct example_device *example_by_id(const struct bus_type *bus, const void *id)
{
	struct device *dev = bus_find_device(bus, NULL, id, example_matches);

	return dev ? to_example_device(dev) : NULL;
}
