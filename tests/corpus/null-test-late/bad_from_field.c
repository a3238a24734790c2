// path: drivers/pci/example.c
// models: commit 955ac624058f ("ASoC: fsl_easrc: Add EASRC ASoC CPU DAI drivers")
#include <linux/pci.h>

struct example {
	struct pci_dev *pdev;
	int ids[4];
	int state;
};

struct user {
	struct example *ex;
};

int example_free(struct user *user, int bit)
{
	struct example *ex = user->ex;
	struct pci_dev *pdev = ex->pdev; // expect: null-test-late

	if (ex && (ex->state & bit)) {
		ex->state &= ~bit;
		pci_disable_device(pdev);
	}
	return 0;
}
