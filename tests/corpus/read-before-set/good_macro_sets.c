// path: drivers/pci/example.c
// models: commit 0a584655ef89 ("PCI: vmd: Fix secondary bus reset for Intel bridges")
#include <linux/types.h>

#define example_poll(read, reg, val, done) \
	({ for (;;) { (val) = read(reg); if (done) break; } 0; })

unsigned int example_read(int reg);

unsigned int example_wait(int reg)
{
	unsigned int status;

	example_poll(example_read, reg, status, status & 1);
	return status;
}
