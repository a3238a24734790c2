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

struct job {
	refcount_t refs;
	void *map;
};

void refcount_set(refcount_t *r, int n);

static void job_put(struct job *job)
{
	if (refcount_dec_and_test(&job->refs)) {
		kfree(job->map);
		kfree(job);
	}
}

static int job_map(struct job *job)
{
	job->map = kmalloc(64, GFP_KERNEL);
	if (!job->map)
		return -ENOMEM;
	if (tell(job->map)) {
		kfree(job->map); // expect: undone-twice
		return -EIO;
	}
	return 0;
}

struct job *job_new(void)
{
	struct job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return NULL;
	refcount_set(&job->refs, 1);
	if (job_map(job)) {
		job_put(job);
		return NULL;
	}
	return job;
}
