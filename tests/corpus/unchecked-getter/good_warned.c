// path: drivers/gpu/drm/example.c
// A macro that warns about one of its arguments gives its value.
#include <linux/io.h>
#include <linux/pci.h>
#include <drm/drm_print.h>

unsigned int example_version(struct drm_device *drm, unsigned long address)
{
	unsigned int *regs = ioremap(address, 16);

	if (drm_WARN_ON(drm, !regs))
		return 0;
	return regs[1];
}
