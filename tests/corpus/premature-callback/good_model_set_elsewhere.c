// path: arch/powerpc/platforms/example/pci.c
#include <linux/pci.h>

u32 *find_pe(struct pci_dev *pdev);
int map_pe(struct pci_dev *pdev);
int map_window(struct pci_dev *pdev, void *pe);

int pcibios_device_add(struct pci_dev *pdev)
{
	if (!pdev->ats_map)
		return 0;
	return map_pe(pdev);
}

void pcibios_bus_add_device(struct pci_dev *pdev)
{
	pdev->ats_map = find_pe(pdev);
}

void example_fixup(struct pci_dev *pdev)
{
	pdev->ats_map = find_pe(pdev);
}
