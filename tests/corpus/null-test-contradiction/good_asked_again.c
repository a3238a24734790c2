// path: drivers/pci/example.c
// models: commit 955ac624058f ("ASoC: fsl_easrc: Add EASRC ASoC CPU DAI drivers")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

int example_reset(struct pci_dev *pdev, struct example *ex)
{
	if (!ex || ex->state) {
		pci_dbg(pdev, "cannot reset in state %d\n", ex ? ex->state : -1);
		return -EINVAL;
	}
	return 0;
}
