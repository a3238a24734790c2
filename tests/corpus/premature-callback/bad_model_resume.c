// path: arch/powerpc/platforms/example/pci.c
#include <linux/pci.h>

struct pci_driver {
	int (*probe)(struct pci_dev *dev, const struct pci_device_id *id);
	int (*resume)(struct pci_dev *dev);
};

u32 *find_pe(struct pci_dev *pdev);
int map_pe(struct pci_dev *pdev);
int map_window(struct pci_dev *pdev, void *pe);

int pcibios_device_add(struct pci_dev *pdev)
{
	if (!pdev->ats_map) // expect: premature-callback
		return 0;
	return map_pe(pdev);
}

static int example_resume(struct pci_dev *pdev)
{
	pdev->ats_map = find_pe(pdev);
	return 0;
}

static int example_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return map_window(pdev, 0);
}

static struct pci_driver example_driver = {
	.probe = example_probe,
	.resume = example_resume,
};
