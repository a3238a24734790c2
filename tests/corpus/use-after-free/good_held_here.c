// path: drivers/pci/example.c
// models: commit 0328947c5032 ("PCI: endpoint: Assign PCI domain number for endpoint controllers")
struct unit {
	struct device dev;
	int number;
};

#define to_unit(d) container_of(d, struct unit, dev)

static void unit_release(struct device *dev)
{
	struct unit *u = to_unit(dev);

	kfree(u);
}

void unit_setup(struct unit *u)
{
	u->dev.release = unit_release;
}

static void unit_put(struct unit *u)
{
	put_device(&u->dev);
}

void unit_remove(struct unit *u)
{
	device_unregister(&u->dev);
	give_number_back(u->number);
	unit_put(u);
}
