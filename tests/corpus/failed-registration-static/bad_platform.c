// path: drivers/video/example.c
// models: commit b087e6190ddc ("cxl: Export optional AFU configuration record in sysfs")
#include <linux/platform_device.h>

static struct platform_device example_device = {
	.name = "example",
};

static int example_init(void)
{
	int ret = platform_device_register(&example_device);

	if (ret)
		return ret; // expect: failed-registration-static
	return 0;
}
