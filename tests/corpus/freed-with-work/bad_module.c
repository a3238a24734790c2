// path: drivers/misc/example.c
// models: commit 0807c500a1a6 ("USB: add Freescale USB OTG Transceiver driver")
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct example {
	struct delayed_work work;
	void *queue;
};

static struct example *example;

static void example_work(struct work_struct *work)
{
	container_of(work, struct example, work)->queue = NULL;
}

void example_event(void)
{
	schedule_delayed_work(&example->work, HZ);
}

static int __init example_init(void)
{
	example = kzalloc(sizeof(*example), GFP_KERNEL);
	if (!example)
		return -ENOMEM;
	INIT_DELAYED_WORK(&example->work, example_work);
	return 0;
}
module_init(example_init);

static void __exit example_exit(void)
{
	kfree(example); // expect: freed-with-work
}
module_exit(example_exit);
