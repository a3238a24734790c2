/* What sysfs shows. */
#include <linux/kobject.h>

int sysfs_create_dir(struct kobject *kobj);

static int kobject_add_internal(struct kobject *kobj)
{
	int error = sysfs_create_dir(kobj);

	if (error)
		return error;
	kobj->state_in_sysfs = 1;
	return 0;
}

int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...)
{
	kobj->parent = parent;
	return kobject_add_internal(kobj);
}
