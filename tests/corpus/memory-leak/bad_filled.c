// path: drivers/acpi/example.c
// models: commit 237889bf0a62 ("ACPI / PCI: fix GPE initialisation")
#include <linux/slab.h>

struct example {
	int id;
};

int example_check(struct example *ex);

static int example_find(int id, struct example **out)
{
	struct example *ex;

	if (id < 0)
		return -EINVAL;
	ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	ex->id = id;
	*out = ex;
	return 0;
}

int example_enable(int id)
{
	struct example *ex;
	int ret;

	ret = example_find(id, &ex);
	if (ret)
		return ret;
	ret = example_check(ex);
	if (ret)
		return ret; // expect: memory-leak
	kfree(ex);
	return 0;
}
