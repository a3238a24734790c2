// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

struct port {
	struct example ex;
	int number;
};

#define to_port(e) container_of(e, struct port, ex)

int example_number(struct example *ex)
{
	struct port *port = to_port(ex);
	int number = port->number;

	if (!port)
		return -EINVAL;
	return number;
}
