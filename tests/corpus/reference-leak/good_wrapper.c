// path: drivers/iommu/example.c
// models: commit d4a44f0750bb ("iommu/arm-smmu: Invoke pm_runtime across the driver")
#include <linux/pci.h>
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
	struct pci_dev *first;
	bool powered;
};

unsigned long example_read(struct example *ex);
int example_check(struct pci_dev *dev);

static int example_get(struct example *ex)
{
	if (ex->powered)
		return pm_runtime_resume_and_get(ex->dev);
	return 0;
}

static void example_put(struct example *ex)
{
	if (ex->powered)
		pm_runtime_put_autosuspend(ex->dev);
}

unsigned long example_lookup(struct example *ex)
{
	unsigned long found;

	if (example_get(ex) < 0)
		return 0;
	found = example_read(ex);
	example_put(ex);
	if (found & 1)
		return 0;
	return found;
}

/* What is given is not always its caller's to put. */
static struct pci_dev *example_first(struct example *ex)
{
	if (ex->first)
		return ex->first;
	return pci_get_domain_bus_and_slot(0, 0, 0);
}

int example_probe(struct example *ex)
{
	struct pci_dev *first = example_first(ex);

	if (!first)
		return -ENODEV;
	return example_check(first);
}

/* It is kept where the set-up works. */
int example_start(struct example *ex)
{
	if (example_get(ex) < 0)
		return -ENODEV;
	if (example_read(ex)) {
		example_put(ex);
		return -EIO;
	}
	return 0;
}
