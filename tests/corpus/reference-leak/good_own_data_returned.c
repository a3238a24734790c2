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

static struct example *example_module_get(struct device *dev)
{
	struct example *ex;

	if (!dev)
		return ERR_PTR(-EPROBE_DEFER);
	ex = dev_get_drvdata(dev);
	if (!try_module_get(dev->driver->owner))
		return ERR_PTR(-ENODEV);
	return ex;
}

struct example *example_get(struct class *class)
{
	struct device *dev = class_find_device_by_name(class, "example");

	return example_module_get(dev);
}
