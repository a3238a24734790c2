// path: drivers/gpu/drm/example.c
// What is returned is what the device keeps of its own: the caller has the device by it.
#include <linux/device.h>
#include <linux/pci.h>

struct example;

static struct example *example_of(struct pci_dev *pdev)
{
	return pci_get_drvdata(pdev);
}

void *example_next(struct device_driver *driver)
{
	struct device *next;

	next = driver_find_device(driver, NULL, NULL, NULL);
	if (!next)
		return NULL;
	return example_of(to_pci_dev(next));
}
