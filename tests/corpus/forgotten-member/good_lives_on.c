// path: drivers/misc/example.c
// What the member points to has a device in it, whose release callback frees it.
#include <linux/auxiliary_bus.h>
#include <linux/pci.h>
#include <linux/slab.h>

struct example_aux {
	struct auxiliary_device auxdev;
};

struct example {
	struct device *dev;
	struct example_aux *aux;
};

static void example_aux_release(struct device *dev)
{
	kfree(container_of(dev, struct example_aux, auxdev.dev));
}

static int example_register(struct example *ex)
{
	int ret;

	ex->aux = kzalloc(sizeof(*ex->aux), GFP_KERNEL);
	if (!ex->aux)
		return -ENOMEM;
	ex->aux->auxdev.name = "aux";
	ex->aux->auxdev.dev.parent = ex->dev;
	ex->aux->auxdev.dev.release = example_aux_release;
	ret = auxiliary_device_init(&ex->aux->auxdev);
	if (ret)
		kfree(ex->aux);
	return ret;
}

static int example_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	ex->dev = &pdev->dev;
	return example_register(ex);
}

static struct pci_driver example_driver = {
	.name = "example",
	.probe = example_probe,
};
module_pci_driver(example_driver);
