// path: drivers/counter/example.c
// models: commit 0328947c5032 ("PCI: endpoint: Assign PCI domain number for endpoint controllers")
#include <linux/device.h>
#include <linux/slab.h>

struct cdev {
	struct kobject kobj;
	unsigned int count;
};

struct unit {
	struct device dev;
	struct cdev chrdev;
	int number;
};

#define to_unit(d) container_of(d, struct unit, dev)

void give_number_back(int number);

static void unit_release(struct device *dev)
{
	struct unit *u = to_unit(dev);

	kfree(u);
}

void unit_setup(struct unit *u)
{
	u->dev.release = unit_release;
}

/* The device keeps the object until its own reference is put. */
void unit_remove(struct unit *u)
{
	cdev_device_del(&u->chrdev, &u->dev);
	give_number_back(u->number);
	put_device(&u->dev);
}
