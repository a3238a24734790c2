// path: drivers/pci/example.c
// models: commit 4ab2b48c98f2 ("usb: gadget: fsl_udc_core: check allocation return value and cleanup on failure")
#include <linux/skbuff.h>

void example_send(struct sk_buff *skb);

void example_drain(struct sk_buff_head *queue, int count)
{
	while (count--) {
		struct sk_buff *skb = skb_dequeue(queue);

		skb->priority = 0;
		example_send(skb);
	}
}
