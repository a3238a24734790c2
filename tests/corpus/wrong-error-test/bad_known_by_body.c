// path: drivers/pci/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/err.h>

struct port {
	int number;
};

static struct port example_ports[4];

struct port *example_make(int number)
{
	struct port *port = ERR_PTR(-EINVAL);

	if (number >= 0)
		port = &example_ports[number];
	return port;
}

static struct port *example_first(void)
{
	return example_make(0);
}

struct port *example_find(struct port *ports, int count, int number)
{
	int i;

	for (i = 0; i < count; i++) {
		if (ports[i].number == number)
			return &ports[i];
	}
	return NULL;
}

int example_probe(int second)
{
	struct port *port;

	if (second)
		port = example_make(1);
	else
		port = example_first();
	if (!port) // expect: wrong-error-test
		return -ENOMEM;
	port->number++;
	return 0;
}

int example_move(struct port *ports, int count)
{
	struct port *port = example_find(ports, count, 2);

	if (IS_ERR(port)) // expect: wrong-error-test
		return PTR_ERR(port);
	return 0;
}
