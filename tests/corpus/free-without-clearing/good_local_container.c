// path: drivers/pci/example.c
#include <linux/slab.h>

struct message {
	char *text;
	size_t size;
};

int example_send(struct message *message);

/* As bad_early_return.c, but the container is gone with the function. */
int example_ask(const char *question, char *answer)
{
	struct message message;
	int ret;

	message.text = kstrdup(question, GFP_KERNEL);
	if (!message.text)
		return -ENOMEM;
	ret = example_send(&message);
	kfree(message.text);
	if (ret)
		return ret;
	message.text = answer;
	return example_send(&message);
}
