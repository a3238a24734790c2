// path: drivers/base/example-core.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include <linux/device.h>
#include "example.h"

/* As bad_ops_copy/, but the hook has moved behind the registration. */
int example_add(struct example *ex)
{
	int ret = device_add(&ex->dev);

	if (ret)
		return ret;
	if (ex->ops.setup)
		ex->ops.setup(ex);
	return 0;
}
