// path: drivers/pci/example.c
// models: commit 3c14b73454cf ("powerpc/pseries: Interface to represent PAPR firmware attributes")
#include <linux/slab.h>

struct example {
	struct list_head node;
};

int example_register(struct example *ex);
int example_start(void);

int example_add(struct list_head *all)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	list_add(&ex->node, all);
	return example_start();
}

int example_hand_over(void)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	int ret;

	if (!ex)
		return -ENOMEM;
	ret = example_register(ex);
	if (ret)
		return ret;
	return example_start();
}
