// path: drivers/pci/example.c
// models: commit e03327122e2c ("pci_endpoint_test: Add 2 ioctl commands")
#include <linux/slab.h>

struct example {
	int state;
};

int example_start(struct example *ex);
int example_read(struct example *ex, char *text);
int example_stop(struct example *ex);

int example_refresh(struct example *ex)
{
	char *text;
	int ret;

	ret = example_start(ex);
	if (ret)
		goto out;
	ret = example_stop(ex);
	if (ret)
		goto out;
	text = kzalloc(16, GFP_KERNEL);
	if (text) {
		ex->state = example_read(ex, text);
		kfree(text);
		goto out;
	}
	return -ENOMEM;
out:
	return ret;
}
