// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/workqueue.h>

struct example {
	struct workqueue_struct *queues[4];
};

int example_init(struct example *ex)
{
	int i;

	for (i = 0; i < 4; i++) {
		ex->queues[i] = alloc_workqueue("example", 0, 0);
		if (!ex->queues[i])
			goto err;
	}
	return 0;
err:
	for (--i; i >= 0; i--)
		destroy_workqueue(ex->queues[i]);
	return -ENOMEM;
}
