#include <linux/slab.h>

struct example {
	char *name;
	char *alias;
	char *label;
	int users;
};

int example_set_name(struct example *ex, const char *name)
{
	kfree(ex->name);
	if (!ex->users)
		return 0;
	ex->name = kstrdup(name, GFP_KERNEL);
	return ex->name ? 0 : -ENOMEM;
}

int example_set_alias(struct example *ex, const char *alias)
{
	kfree(ex->alias);
	if (!ex->users)
		return 0;
	ex->alias = kstrdup(alias, GFP_KERNEL);
	return ex->alias ? 0 : -ENOMEM;
}

int example_set_label(struct example *ex, const char *label)
{
	if (!ex->users)
		return 0;
	kfree(ex->label);
	ex->label = kstrdup(label, GFP_KERNEL);
	return ex->label ? 0 : -ENOMEM;
}
