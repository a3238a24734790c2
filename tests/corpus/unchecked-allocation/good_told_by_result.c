// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct message {
	int length;
};

static int message_fill(struct message *msg, int length)
{
	if (!msg)
		return -EINVAL;
	msg->length = length;
	return 0;
}

int example_send(int length)
{
	struct message *msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	int ret = message_fill(msg, length);

	if (!ret)
		ret = msg->length;
	kfree(msg);
	return ret;
}
