// path: drivers/net/example.c
#include <linux/slab.h>

struct example {
	char *name;
	int users;
};

int example_check(struct example *ex);

/* What frees the name has failed, and what has failed gets another one: no path leaves it as it is. */
int example_load(struct example *ex)
{
	long rc;

	rc = example_check(ex);
	if (rc < 0)
		kfree(ex->name);
	if (rc)
		ex->name = NULL;
	else
		ex->users++;
	return rc;
}
