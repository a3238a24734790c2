// path: drivers/misc/example.c
// models: commit 132f76294744 ("drivers/char/tpm: Add new device driver to support IBM vTPM")
#include <linux/irq.h>

void example_isr(struct irq_desc *desc);

int example_setup(unsigned int irq, void *data)
{
	irq_set_chained_handler(irq, example_isr); // expect: handler-before-data
	irq_set_handler_data(irq, data);
	return 0;
}
