// path: arch/powerpc/kernel/example.c
#include <linux/slab.h>
#include <asm/pci-bridge.h>

int example_map(struct pci_dn *pdn);

int pcibios_example_start(struct pci_dev *dev)
{
	struct pci_dn *pdn = pci_get_pdn(dev);
	int rc;

	pdn->ats_map = kcalloc(4, sizeof(*pdn->ats_map), GFP_KERNEL);
	if (!pdn->ats_map)
		return -ENOMEM;
	rc = example_map(pdn);
	if (rc)
		kfree(pdn->ats_map); // expect: undone-twice
	return rc;
}

void pcibios_example_stop(struct pci_dev *dev)
{
	struct pci_dn *pdn = pci_get_pdn(dev);

	kfree(pdn->ats_map);
	pdn->ats_map = NULL;
}
