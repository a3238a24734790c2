/* Devices: initialised, then registered, then visible to everybody. */
#include <linux/device.h>

void device_initialize(struct device *dev)
{
	dev->kobj.state_in_sysfs = 0;
	dev->iommu_group = NULL;
}

int device_add(struct device *dev)
{
	/* kobject_add() sets dev->kobj.state_in_sysfs. */
	return kobject_add(&dev->kobj, &dev->parent->kobj, "%s", dev->kobj.name);
}

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

void device_del(struct device *dev)
{
	kobject_del(&dev->kobj);
}

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}

int device_add_group(struct device *dev, const struct attribute_group *group)
{
	return sysfs_create_group(&dev->kobj, group);
}
