// path: net/example.c
#include <linux/types.h>

struct sk_buff;
struct link {
	struct sk_buff *saved;
};

struct sk_buff *skb_get(struct sk_buff *skb);
void kfree_skb(struct sk_buff *skb);
int example_transmit(struct link *link, struct sk_buff *skb);

/* Takes a reference for the transmission, and gives that one back. */
static int example_resend(struct link *link)
{
	int rc;

	skb_get(link->saved);
	rc = example_transmit(link, link->saved);
	if (rc)
		kfree_skb(link->saved);
	return rc;
}

void example_receive(struct link *link)
{
	if (example_resend(link)) {
		kfree_skb(link->saved);
		link->saved = NULL;
	}
}
