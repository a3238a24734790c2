// path: drivers/misc/example.c
// models: commit c5e29ea7ac14 ("cpufreq: powernv: Fix bugs in powernv_cpufreq_{init/exit}")
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct example {
	struct work_struct work;
	int seen;
};

static struct example *examples;
static int example_count = 4;

static void example_work(struct work_struct *work)
{
	container_of(work, struct example, work)->seen = 1;
}

void example_event(int number)
{
	schedule_work(&examples[number].work);
}

static int __init example_init(void)
{
	int i;

	examples = kcalloc(example_count, sizeof(*examples), GFP_KERNEL);
	if (!examples)
		return -ENOMEM;
	for (i = 0; i < example_count; i++)
		INIT_WORK(&examples[i].work, example_work);
	return 0;
}
module_init(example_init);

static void example_clean(void)
{
	int i;

	for (i = 0; i < example_count; i++)
		cancel_work_sync(&examples[i].work);
	kfree(examples);
}

static void __exit example_exit(void)
{
	example_clean();
}
module_exit(example_exit);
