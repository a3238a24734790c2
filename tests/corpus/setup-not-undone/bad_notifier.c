// path: drivers/misc/example.c
// models: commit 7c3a2ec02806 ("iommu/mediatek: Merge 2 M4U HWs into one iommu domain")
#include <linux/module.h>
#include <linux/reboot.h>

static struct notifier_block example_nb;

int example_register(void);
void example_unregister(void);

static int __init example_init(void)
{
	int ret;

	ret = register_reboot_notifier(&example_nb);
	if (ret)
		return ret;
	ret = example_register();
	if (ret)
		unregister_reboot_notifier(&example_nb);
	return ret;
}
module_init(example_init);

static void __exit example_exit(void) // expect: setup-not-undone
{
	example_unregister();
}
module_exit(example_exit);
