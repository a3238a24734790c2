// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/slab.h>

struct message {
	int length;
	int room;
};

static inline void message_reserve(struct message *msg, int room)
{
	msg->room += room;
	msg->length -= room;
}

int example_refill(struct message **slot)
{
	struct message *msg = kzalloc(sizeof(*msg), GFP_ATOMIC);

	message_reserve(msg, 2); // expect: unchecked-allocation
	*slot = msg;
	return 0;
}
