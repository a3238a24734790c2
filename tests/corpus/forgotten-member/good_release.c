// path: drivers/misc/example.c
// models: commit ac171c46667c ("[PATCH] powerpc: Thermal control for dual core G5s")
#include <linux/kref.h>
#include <linux/of.h>
#include <linux/slab.h>

struct example {
	struct kref ref;
	struct device_node *node;
};

struct example *example_create(struct device_node *np)
{
	struct example *ex;

	ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return NULL;
	kref_init(&ex->ref);
	ex->node = of_node_get(np);
	return ex;
}

static void example_release(struct kref *ref)
{
	struct example *ex = container_of(ref, struct example, ref);

	of_node_put(ex->node);
	kfree(ex);
}

void example_put(struct example *ex)
{
	kref_put(&ex->ref, example_release);
}
