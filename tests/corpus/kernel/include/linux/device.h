#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H

#include <linux/kobject.h>
#include <linux/list.h>

struct iommu_group;

struct device {
	struct kobject kobj;
	struct device *parent;
	void *driver_data;
	struct iommu_group *iommu_group;
	void (*release)(struct device *dev);
};

void device_initialize(struct device *dev);
int device_add(struct device *dev);
int device_register(struct device *dev);
void device_del(struct device *dev);
void device_unregister(struct device *dev);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);
int device_add_group(struct device *dev, const struct attribute_group *group);

/* True from device_add() on; nothing else sets it. */
static inline int device_is_registered(struct device *dev)
{
	return dev->kobj.state_in_sysfs;
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

#endif
