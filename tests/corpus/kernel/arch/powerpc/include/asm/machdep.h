/* The machine that the kernel runs on. */
#ifndef _ASM_POWERPC_MACHDEP_H
#define _ASM_POWERPC_MACHDEP_H

#include <linux/pci.h>

struct machdep_calls {
	const char *name;
	int (*pcibios_sriov_enable)(struct pci_dev *dev, u16 count);
	int (*pcibios_sriov_disable)(struct pci_dev *dev);
};

extern struct machdep_calls ppc_md;

#endif
