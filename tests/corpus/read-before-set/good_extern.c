// path: drivers/irqchip/example.c
// models: commit 61a6199787d9 ("PCI: Return ~0 data on pciconfig_read() CAP_SYS_ADMIN failure")
#include <linux/irq.h>

void example_handle(int spurious)
{
	extern unsigned long irq_err_count;

	if (spurious)
		irq_err_count++;
}
