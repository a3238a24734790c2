// path: drivers/usb/gadget/example.c
// What is compared with an error code is an error pointer: there is nothing to put.
#include <linux/fs.h>

int example_read(struct file *filp);

int example_open(const char *name, bool ro)
{
	struct file *filp = NULL;
	int ret;

	if (!ro) {
		filp = filp_open(name, O_RDWR, 0);
		if (PTR_ERR(filp) == -EROFS)
			ro = true;
	}
	if (ro)
		filp = filp_open(name, O_RDONLY, 0);
	if (IS_ERR(filp))
		return PTR_ERR(filp);
	ret = example_read(filp);
	fput(filp);
	return ret;
}
