/* SR-IOV: virtual functions are enabled and disabled with the architecture's help. */
#include <linux/pci.h>

int __weak pcibios_sriov_enable(struct pci_dev *dev, u16 count)
{
	return 0;
}

int __weak pcibios_sriov_disable(struct pci_dev *dev)
{
	return 0;
}

static int sriov_add_vfs(struct pci_dev *dev, u16 count)
{
	if (count > 256)
		return -EINVAL;
	dev->num_vfs = count;
	return 0;
}

/*
 * The error path undoes what pcibios_sriov_enable() did, even where that failed: see the hazard in
 * arch/powerpc/platforms/pseries/pci.c.
 */
static int sriov_enable(struct pci_dev *dev, u16 count)
{
	int rc;

	rc = pcibios_sriov_enable(dev, count);
	if (rc)
		goto err_pcibios;

	rc = sriov_add_vfs(dev, count);
	if (rc)
		goto err_pcibios;
	return 0;

err_pcibios:
	pcibios_sriov_disable(dev);
	return rc;
}

int pci_enable_sriov(struct pci_dev *dev, int count)
{
	if (count <= 0)
		return -EINVAL;
	return sriov_enable(dev, count);
}

void pci_disable_sriov(struct pci_dev *dev)
{
	dev->num_vfs = 0;
	pcibios_sriov_disable(dev);
}
