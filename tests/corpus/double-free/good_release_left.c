// path: drivers/pci/example.c
// models: commit 5e8cb4033807 ("PCI: endpoint: Add EP core layer to enable EP controller and EP functions")
struct unit {
	struct device dev;
	int number;
};

static void unit_release(struct device *dev)
{
}

void unit_setup(struct unit *u)
{
	u->dev.release = unit_release;
}

void unit_remove(struct unit *u)
{
	device_unregister(&u->dev);
	kfree(u);
}
