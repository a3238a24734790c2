// path: arch/powerpc/platforms/example/pci.c
#include <linux/pci.h>

u32 *find_pe(struct pci_dev *pdev);
int map_pe(struct pci_dev *pdev);
int map_window(struct pci_dev *pdev, void *pe);

static void example_map(struct pci_dev *pdev)
{
	if (!pdev->ats_map) // expect: premature-callback
		return;
	map_pe(pdev);
}

static void example_find(struct pci_dev *pdev)
{
	pdev->ats_map = find_pe(pdev);
}

int pcibios_device_add(struct pci_dev *pdev)
{
	example_map(pdev);
	return 0;
}

void pcibios_bus_add_device(struct pci_dev *pdev)
{
	example_find(pdev);
}
