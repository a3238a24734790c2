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
	if (!ex)
		pci_dbg(pdev, "cannot reset\n");
	else
		ex->state = 0;
	if (ex || !pdev)
		return ex->state;
	return 0;
}
