// path: drivers/base/example.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include "example.h"

int example_map(struct example *ex)
{
	if (!device_is_registered(&ex->dev))
		return -ENODEV;
	ex->mapped = 1;
	return 0;
}

static int example_add(struct example *ex)
{
	if (ex->bus->scanned)
		ex->bus->ops->setup(ex); // expect: premature-callback "example_map"
	return device_add(&ex->dev);
}

/* On a bus that was scanned before, the second call below is never made. */
int example_scan(struct example *ex)
{
	int ret = example_add(ex);

	if (!ex->bus->scanned) {
		ex->bus->ops->setup(ex);
		ex->bus->scanned = 1;
	}
	return ret;
}
