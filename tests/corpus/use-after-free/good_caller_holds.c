// path: drivers/pci/example.c
// models: commit 0328947c5032 ("PCI: endpoint: Assign PCI domain number for endpoint controllers")
struct unit {
	struct device dev;
	int number;
};

#define to_unit(d) container_of(d, struct unit, dev)

struct unit *unit_find(int number);

static void unit_release(struct device *dev)
{
	struct unit *u = to_unit(dev);

	kfree(u);
}

void unit_setup(struct unit *u)
{
	u->dev.release = unit_release;
}

void unit_remove(struct unit *u)
{
	device_unregister(&u->dev);
	give_number_back(u->number);
}

/* Found with a reference, which lasts until the put. */
int unit_drop(int number)
{
	struct unit *u = unit_find(number);

	if (!u)
		return -ENODEV;
	unit_remove(u);
	put_device(&u->dev);
	return 0;
}
