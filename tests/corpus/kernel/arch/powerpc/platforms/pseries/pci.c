/* SR-IOV of a pseries machine, reached through ppc_md. */
#include <linux/slab.h>
#include <asm/machdep.h>
#include <asm/pci-bridge.h>

int pseries_map_pes(struct pci_dn *pdn, u16 count);

/*
 * Hazard: where this fails it has freed pdn->pe_num_map.  Its caller two levels up, sriov_enable()
 * in drivers/pci/iov.c, then disables SR-IOV, which frees it again.
 */
static int pseries_sriov_enable(struct pci_dev *dev, u16 count)
{
	struct pci_dn *pdn = pci_get_pdn(dev);
	int rc;

	pdn->pe_num_map = kcalloc(count, sizeof(*pdn->pe_num_map), GFP_KERNEL);
	if (!pdn->pe_num_map)
		return -ENOMEM;

	rc = pseries_map_pes(pdn, count);
	if (rc)
		kfree(pdn->pe_num_map); // expect: undone-twice
	return rc;
}

static int pseries_sriov_disable(struct pci_dev *dev)
{
	struct pci_dn *pdn = pci_get_pdn(dev);

	kfree(pdn->pe_num_map);
	pdn->pe_num_map = NULL;
	return 0;
}

/* Sibling: frees its map on failure, too, but leaves no pointer to it. */
static int pseries_ats_enable(struct pci_dn *pdn, u16 count)
{
	int rc;

	pdn->ats_map = kcalloc(count, sizeof(*pdn->ats_map), GFP_KERNEL);
	if (!pdn->ats_map)
		return -ENOMEM;

	rc = pseries_map_pes(pdn, count);
	if (rc) {
		kfree(pdn->ats_map);
		pdn->ats_map = NULL;
	}
	return rc;
}

static void pseries_ats_disable(struct pci_dn *pdn)
{
	kfree(pdn->ats_map);
	pdn->ats_map = NULL;
}

int pseries_ats_restart(struct pci_dn *pdn, u16 count)
{
	int rc = pseries_ats_enable(pdn, count);

	if (rc)
		pseries_ats_disable(pdn);
	return rc;
}

void pseries_setup_arch(void)
{
	ppc_md.pcibios_sriov_enable = pseries_sriov_enable;
	ppc_md.pcibios_sriov_disable = pseries_sriov_disable;
}
