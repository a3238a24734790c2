// path: drivers/s390/example/device.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>
#include "unseen.h"

/* Returns with a reference that nobody gets. */
const char *example_by_id(const struct bus_type *bus, const void *id)
{
	struct device *dev = bus_find_device(bus, NULL, id, example_matches);

	return dev ? example_state(dev) : NULL; // expect: reference-leak
}
