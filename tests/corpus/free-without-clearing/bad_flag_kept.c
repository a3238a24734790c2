// path: drivers/vfio/example.c
#include <linux/slab.h>

struct trigger;
struct irq {
	struct trigger *trigger;
	char *name;
};

struct trigger *example_arm(const char *name);

/* As good_flag.c without the clearing: the next call frees the name again. */
int example_set_trigger(struct irq *irq, struct irq *other)
{
	if (irq->trigger)
		kfree(irq->name); // expect: free-without-clearing
	if (!other->trigger)
		return 0;
	irq->name = kstrdup("irq", GFP_KERNEL);
	if (!irq->name)
		return -ENOMEM;
	irq->trigger = example_arm(irq->name);
	return 0;
}
