// path: drivers/base/example.c
// models: commit b087e6190ddc ("cxl: Export optional AFU configuration record in sysfs")
#include <linux/kobject.h>

struct example {
	struct kobject kobj;
};

int example_new(struct example *ex)
{
	int rc = kobject_init_and_add(&ex->kobj, NULL, NULL, "example");

	if (rc)
		goto err;
	rc = sysfs_create_bin_file(&ex->kobj, NULL);
	if (rc)
		goto err1;
	return 0;
err1:
	kobject_put(&ex->kobj);
	return rc;
err:
	return rc; // expect: failed-registration
}
