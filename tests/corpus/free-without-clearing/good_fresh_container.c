// path: drivers/pci/example.c
#include <linux/slab.h>

struct example {
	char *name;
	int users;
};

int example_publish(struct example *ex);

/* The container was made here and nobody else has it: the error path frees both. */
struct example *example_new(const char *name)
{
	struct example *ex = kzalloc(sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return NULL;
	ex->name = kstrdup(name, GFP_KERNEL);
	if (!ex->name)
		goto err_free;
	if (example_publish(ex))
		goto err_name;
	return ex;

err_name:
	kfree(ex->name);
err_free:
	kfree(ex);
	return NULL;
}
