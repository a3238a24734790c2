// path: drivers/misc/example.c
// models: commit 132f76294744 ("drivers/char/tpm: Add new device driver to support IBM vTPM")
#include <linux/irq.h>

void example_isr(struct irq_desc *desc);

int example_setup(unsigned int *irqs, int count, void *data)
{
	int i;

	for (i = 0; i < count; i++) {
		irq_set_chained_handler(irqs[i], example_isr); // expect: handler-before-data
		irq_set_handler_data(irqs[i], data);
	}
	return 0;
}
