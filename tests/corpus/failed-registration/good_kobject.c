// path: drivers/base/example.c
#include <linux/kobject.h>

int example_new(struct kobject *kobj)
{
	int rc = kobject_init_and_add(kobj, NULL, NULL, "example");

	if (rc)
		goto err;
	rc = sysfs_create_bin_file(kobj, NULL);
	if (rc)
		goto err;
	return 0;
err:
	kobject_put(kobj);
	return rc;
}
