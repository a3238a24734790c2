// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/slab.h>

struct example {
	struct kref kref;
};

int example_start(struct example *ex);

static void example_release(struct kref *kref)
{
	kfree(container_of(kref, struct example, kref));
	module_put(THIS_MODULE);
}

static void example_put(struct example *ex)
{
	kref_put(&ex->kref, example_release);
}

int example_create(void)
{
	struct example *ex;
	int ret = -ENOMEM;

	if (!try_module_get(THIS_MODULE))
		return -EINVAL;
	ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		goto err_module;
	kref_init(&ex->kref);
	ret = example_start(ex);
	if (ret) {
		example_put(ex);
		return ret;
	}
	return 0;
err_module:
	module_put(THIS_MODULE);
	return ret;
}
