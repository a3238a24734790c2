// path: drivers/usb/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/platform_device.h>

struct resource {
	unsigned long start;
	unsigned long end;
};

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type, unsigned int num);
int example_claim(unsigned long start, unsigned long size);
void example_release(unsigned long size);

static unsigned long span_of(const struct resource *res)
{
	return res->end - res->start;
}

static unsigned long size_of(const struct resource *res)
{
	return span_of(res) + 1;
}

int example_probe(struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, 0x200, 1);

	if (!res)
		return -19;
	return example_claim(res->start, size_of(res));
}

/* The probe has asked the same, and failed where there was nothing. */
void example_remove(struct platform_device *pdev)
{
	struct resource *res = platform_get_resource(pdev, 0x200, 1);
	unsigned long size = size_of(res);

	example_release(size);
}
