// path: drivers/pci/example.c
// models: commit 955ac624058f ("ASoC: fsl_easrc: Add EASRC ASoC CPU DAI drivers")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

int example_is_idle(struct example *ex)
{
	if (!ex && ex->state) // expect: null-test-contradiction
		return 1;
	return 0;
}
