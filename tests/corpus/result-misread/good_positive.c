// path: drivers/misc/example.c
// models: commit 5b395e2be6c4 ("x86/platform/intel-mid: Make IRQ allocation a bit more flexible")
#include <linux/pci.h>

int example_line(struct pci_dev *dev, u8 *line)
{
	int ret;

	ret = pci_read_config_byte(dev, PCI_INTERRUPT_LINE, line);
	if (ret)
		return -EIO;
	return 0;
}
