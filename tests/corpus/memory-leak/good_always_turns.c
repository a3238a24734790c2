// path: arch/powerpc/example.c
// models: commit 3c14b73454cf ("powerpc/pseries: Interface to represent PAPR firmware attributes")
#include <linux/cpumask.h>
#include <linux/slab.h>

int example_start(int cpu, int *slot);

static int *slots;

/* There is a CPU at least, so that the first status is never returned from behind the loop. */
int example_init(void)
{
	int ret = -ENOMEM;
	int cpu;

	slots = kcalloc(8, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return ret;
	for_each_possible_cpu(cpu) {
		ret = 0;
		if (example_start(cpu, &slots[cpu])) {
			kfree(slots);
			return -EIO;
		}
	}
	return ret;
}
