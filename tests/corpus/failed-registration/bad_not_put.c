// path: drivers/base/example.c
// models: commit b087e6190ddc ("cxl: Export optional AFU configuration record in sysfs")
#include <linux/device.h>

int example_register(struct device *dev)
{
	int ret = device_register(dev);

	if (ret)
		return ret; // expect: failed-registration
	return 0;
}
