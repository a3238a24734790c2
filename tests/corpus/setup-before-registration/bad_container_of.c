// path: drivers/base/example.c
#include <linux/device.h>
#include <linux/pci.h>

static const struct attribute_group example_group = { .name = "example" };

static int example_set_up(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);

	/* The way back from the member to its container is not followed. */
	return sysfs_create_group(&pdev->dev.kobj, &example_group);
}

int example_register(struct pci_dev *pdev)
{
	device_initialize(&pdev->dev);
	if (example_set_up(&pdev->dev)) // expect-miss: setup-before-registration
		return -ENODEV;
	return device_add(&pdev->dev);
}
