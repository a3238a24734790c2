// path: drivers/misc/queues.c
// models: commit 132f76294744 ("drivers/char/tpm: Add new device driver to support IBM vTPM")
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/slab.h>

struct notice {
	struct list_head list;
};

struct queue {
	struct list_head list;
	struct list_head notices;
	int irq;
};

/* It is another list of the same name that the handler works on. */
static irqreturn_t queue_isr(int irq, void *data)
{
	struct queue *queue = data;
	struct notice *notice = kzalloc(sizeof(*notice), GFP_ATOMIC);

	if (!notice)
		return IRQ_NONE;
	list_add_tail(&notice->list, &queue->notices);
	return IRQ_HANDLED;
}

int queue_start(struct queue *queue)
{
	int ret;

	INIT_LIST_HEAD(&queue->notices);
	ret = request_irq(queue->irq, queue_isr, 0, "queue", queue);
	if (ret)
		return ret;
	INIT_LIST_HEAD(&queue->list);
	return 0;
}
