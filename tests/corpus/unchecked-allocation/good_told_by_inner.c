// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct message {
	int length;
};

static int message_fill(struct message *msg, int kind, int length)
{
	if (length > 64)
		return -EFBIG;
	if (!msg)
		return -EINVAL;
	msg->length = length + kind;
	return 0;
}

static int message_request(struct message *msg, int length)
{
	return message_fill(msg, 2, length);
}

int example_send(int length)
{
	struct message *msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	int ret = message_request(msg, length);

	if (!ret)
		ret = msg->length;
	kfree(msg);
	return ret;
}
