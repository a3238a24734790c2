// path: drivers/scsi/example.c
#include <linux/slab.h>

typedef struct {
	int count;
} refcount_t;

bool refcount_dec_and_test(refcount_t *count);

struct task {
	refcount_t refs;
	void *buffer;
	void *reply;
};

static int example_prepare(struct task *task)
{
	task->buffer = kmalloc(64, GFP_KERNEL);
	if (!task->buffer)
		return -ENOMEM;
	task->reply = kmalloc(64, GFP_KERNEL);
	if (!task->reply) {
		/* Whether the put below is the last one is not known. */
		kfree(task->buffer); // expect-miss: undone-twice
		return -ENOMEM;
	}
	return 0;
}

static void example_clean_up(struct task *task)
{
	kfree(task->buffer);
	kfree(task->reply);
}

static void example_put(struct task *task)
{
	if (refcount_dec_and_test(&task->refs))
		example_clean_up(task);
}

int example_queue(struct task *task)
{
	int rc = example_prepare(task);

	if (rc)
		example_put(task);
	return rc;
}
