// path: drivers/watchdog/example.c
// The probe has mapped what the getter names and seen that it worked: a doubt is left, no more.
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/platform_device.h>

struct example {
	void __iomem *base;
	resource_size_t size;
};

static void example_note(struct platform_device *pdev, struct example *ex)
{
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);

	ex->size = res->end - res->start; // expect: unchecked-result
}

int example_probe(struct platform_device *pdev, struct example *ex)
{
	ex->base = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(ex->base))
		return PTR_ERR(ex->base);
	example_note(pdev, ex);
	return 0;
}
