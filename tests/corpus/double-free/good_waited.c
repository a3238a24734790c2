// path: drivers/pci/example.c
// models: commit 5e8cb4033807 ("PCI: endpoint: Add EP core layer to enable EP controller and EP functions")
struct unit {
	struct device dev;
	struct completion gone;
};

void unit_remove(struct unit *u)
{
	device_unregister(&u->dev);
	wait_for_completion(&u->gone);
	kfree(u);
}
