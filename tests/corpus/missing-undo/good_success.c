// path: drivers/pci/example.c
#include <linux/platform_device.h>

static struct example *example_add(struct platform_device *pdev)
{
	int ret = platform_device_add(pdev);

	if (ret) {
		platform_device_put(pdev);
		return ERR_PTR(ret);
	}
	return NULL;
}

static int example_usable(unsigned long start, unsigned long size)
{
	if (!request_mem_region(start, size, "example")) {
		pr_err("example: taken\n");
		return 0;
	}
	return 1;
}
