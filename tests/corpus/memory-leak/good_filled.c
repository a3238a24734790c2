// path: drivers/acpi/example.c
// models: commit b9721d275cc2 ("ocxl: Allow external drivers to use OpenCAPI contexts")
#include <linux/list.h>
#include <linux/slab.h>

struct example {
	struct list_head list;
	int id;
};

int example_check(struct example *ex);
static LIST_HEAD(examples);

/* The list has it too, so that it is not its caller's alone. */
static int example_find(int id, struct example **out)
{
	struct example *ex;

	if (id < 0)
		return -EINVAL;
	ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	ex->id = id;
	list_add(&ex->list, &examples);
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
		return ret;
	list_del(&ex->list);
	kfree(ex);
	return 0;
}
