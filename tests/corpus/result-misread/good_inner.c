// path: drivers/misc/example.c
// models: commit 5b395e2be6c4 ("x86/platform/intel-mid: Make IRQ allocation a bit more flexible")
#include <linux/platform_device.h>

int example_show(unsigned long value);

int example_irq(struct platform_device *pdev, unsigned long *total)
{
	int v;

	if (*total) {
		unsigned long v = *total + 1;

		example_show(v);
	}
	v = platform_get_irq(pdev, 0);
	if (v < 0)
		return v;
	return v + 1;
}
