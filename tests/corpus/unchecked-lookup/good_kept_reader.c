// path: drivers/iommu/example.c
// models: commit 42d57fc58aeb ("iommu/mediatek: Initialise/Remove for multi bank dev")
#include <linux/platform_device.h>

struct resource {
	unsigned long start;
	unsigned long end;
};

struct example {
	struct resource *window;
	int banks;
};

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type, unsigned int num);
void *platform_get_drvdata(struct platform_device *pdev);
void platform_set_drvdata(struct platform_device *pdev, void *data);

/* Whoever uses it looks whether there is one. */
int example_setup(struct platform_device *pdev, struct example *priv)
{
	priv->banks = 1;
	priv->window = platform_get_resource(pdev, 0x200, 1);
	platform_set_drvdata(pdev, priv);
	return 0;
}

unsigned long example_size(struct platform_device *pdev)
{
	struct example *priv = platform_get_drvdata(pdev);

	if (!priv->window)
		return 0;
	return priv->window->end - priv->window->start;
}
