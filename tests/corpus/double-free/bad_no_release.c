// path: drivers/pci/example.c
// models: commit 5e8cb4033807 ("PCI: endpoint: Add EP core layer to enable EP controller and EP functions")
struct unit {
	struct device dev;
	int number;
};

void unit_remove(struct unit *u)
{
	give_number_back(u->number);
	device_unregister(&u->dev);
	kfree(u); // expect: double-free
}
