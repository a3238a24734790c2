// path: drivers/bus/example.c
// models: commit 39ab9555c241 ("iommu: Add sysfs bindings for struct iommu_device")
#include <linux/ioport.h>
#include <linux/module.h>

static unsigned long example_port = 0x70;

int example_start(void);
void example_stop(void);

/* A module's, for all its initcall: it may be loaded again, and finds the region taken. */
static int __init example_init(void)
{
	int ret;

	if (!request_region(example_port, 8, "example"))
		return -EBUSY;
	ret = example_start();
	if (ret)
		return ret; // expect: missing-undo
	return 0;
}
subsys_initcall(example_init);

static void __exit example_exit(void)
{
	example_stop();
	release_region(example_port, 8);
}
module_exit(example_exit);
