// path: drivers/pci/example.c
// models: commit 349e7a85b25f ("PCI: endpoint: functions: Add an EP function to test PCI")
#include <linux/workqueue.h>

static struct workqueue_struct *example_queue;

static int __init example_init(void)
{
	int ret;

	example_queue = alloc_workqueue("example", 0, 0);
	if (!example_queue)
		return -ENOMEM;
	ret = platform_driver_register(&example_driver);
	if (ret) {
		pr_err("example: no driver\n");
		return ret; // expect: missing-undo
	}
	return 0;
}
module_init(example_init);
