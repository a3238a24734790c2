// path: drivers/vfio/example.c
#include <linux/slab.h>

struct trigger;
struct irq {
	struct trigger *trigger;
	char *name;
};

struct trigger *example_arm(const char *name);

/* irq->trigger tells whether irq->name means anything, and it is cleared. */
int example_set_trigger(struct irq *irq, struct irq *other)
{
	if (irq->trigger) {
		kfree(irq->name);
		irq->trigger = NULL;
	}
	if (!other->trigger)
		return 0;
	irq->name = kstrdup("irq", GFP_KERNEL);
	if (!irq->name)
		return -ENOMEM;
	irq->trigger = example_arm(irq->name);
	return 0;
}
