// path: drivers/gpu/drm/example.c
#include <linux/slab.h>

struct example {
	u64 *modifiers;
	unsigned int count;
};

void example_more(struct example *ex);

int example_init(struct example *ex, const u64 *from, unsigned int count)
{
	ex->modifiers = kmalloc_array(count, sizeof(from[0]), GFP_KERNEL);
	if (count && !ex->modifiers)
		return -ENOMEM;
	memcpy(ex->modifiers, from, count * sizeof(from[0]));
	if (count)
		example_more(ex);
	return 0;
}
