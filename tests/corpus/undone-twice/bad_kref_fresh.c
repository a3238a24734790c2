// path: drivers/scsi/example.c
#include <linux/slab.h>

typedef struct {
	int count;
} refcount_t;

struct kref {
	refcount_t refcount;
};

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __builtin_offsetof(type, member)))

bool refcount_dec_and_test(refcount_t *count);
void kref_init(struct kref *kref);
void kref_get(struct kref *kref);
int kref_put(struct kref *kref, void (*release)(struct kref *kref));
int tell(void *buffer);

struct task {
	struct kref ref;
	void *buffer;
	void *reply;
	int busy;
};

static void task_release(struct kref *kref)
{
	struct task *task = container_of(kref, struct task, ref);

	kfree(task->buffer);
	kfree(task);
}

static void task_put(struct task *task)
{
	kref_put(&task->ref, task_release);
}

static int task_prepare(struct task *task)
{
	task->buffer = kmalloc(64, GFP_KERNEL);
	if (!task->buffer)
		return -ENOMEM;
	if (tell(task->buffer)) {
		kfree(task->buffer); // expect: undone-twice
		return -EIO;
	}
	return 0;
}

struct task *task_new(void)
{
	struct task *task = kzalloc(sizeof(*task), GFP_KERNEL);

	if (!task)
		return NULL;
	kref_init(&task->ref);
	if (task_prepare(task)) {
		task_put(task);
		return NULL;
	}
	return task;
}
