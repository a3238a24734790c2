// path: drivers/pci/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

int example_start(struct example *ex, struct pci_dev *pdev)
{
	int ret = pdev->irq ? 0 : -EINVAL;

	if (ret)
		goto out;
	ret = pci_enable_device(pdev);
out:
	if (pdev)
		pci_dev_put(pdev);
	return ret;
}
