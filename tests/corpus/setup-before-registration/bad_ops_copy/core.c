// path: drivers/base/example-core.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include <linux/device.h>
#include "example.h"

int example_add(struct example *ex)
{
	if (ex->ops.setup)
		ex->ops.setup(ex); // expect: setup-before-registration
	return device_add(&ex->dev);
}
