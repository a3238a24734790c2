// path: drivers/pci/example.c
// models: commit 5e8cb4033807 ("PCI: endpoint: Add EP core layer to enable EP controller and EP functions")
struct unit {
	struct device dev;
	int number;
};

static void unit_release(struct device *dev)
{
	kfree(container_of(dev, struct unit, dev));
}

struct unit *unit_create(void)
{
	struct unit *u = kzalloc(sizeof(*u), GFP_KERNEL);
	int ret;

	if (!u)
		return ERR_PTR(-ENOMEM);
	device_initialize(&u->dev);
	u->dev.release = unit_release;
	ret = device_add(&u->dev);
	if (ret)
		goto put;
	return u;
put:
	put_device(&u->dev);
	kfree(u); // expect: double-free
	return ERR_PTR(ret);
}
