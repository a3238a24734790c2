// path: drivers/pci/example.c
#include <linux/io.h>

struct window {
	void __iomem *base;
	unsigned long start;
};

static struct workqueue_struct *example_queue;

static ssize_t example_read(struct window *win, char __user *buf, size_t count)
{
	u32 value;

	if (!win->base) {
		win->base = ioremap(win->start, 64);
		if (!win->base)
			return -ENOMEM;
	}
	if (count != sizeof(value))
		return -EINVAL;
	value = readl(win->base);
	if (copy_to_user(buf, &value, sizeof(value)))
		return -EFAULT;
	return count;
}

static int example_queue_work(struct work_struct *work)
{
	if (!example_queue) {
		example_queue = alloc_workqueue("example", 0, 0);
		if (!example_queue)
			return -ENOMEM;
	}
	if (!queue_work(example_queue, work))
		return -EBUSY;
	return 0;
}

static const struct example_ops example_ops = {
	.read = example_read,
	.queue = example_queue_work,
};
