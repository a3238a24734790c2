// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

struct example {
	struct example *next;
	int number;
};

void example_show(struct seq_file *m, struct example *ex)
{
	char *text = kmalloc(64, GFP_KERNEL);

	for (; ex; ex = ex->next) {
		memset(text, 0, 64); // expect: unchecked-allocation
		snprintf(text, 64, "%d", ex->number);
		seq_puts(m, text);
	}
	kfree(text);
}
