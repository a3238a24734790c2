// path: drivers/misc/example.c
#include <linux/delay.h>
#include <linux/spinlock.h>

struct example {
	spinlock_t lock;
	int users;
};

void settle(struct example *ex)
{
	if (ex->users)
		msleep(10);
	msleep(20);
}

void example_each(struct example *ex, void (*settle)(struct example *ex))
{
	spin_lock(&ex->lock);
	settle(ex);
	spin_unlock(&ex->lock);
}

void example_first(struct example *ex, void (**table)(struct example *ex))
{
	void (*settle)(struct example *ex) = table[0];

	spin_lock(&ex->lock);
	settle(ex);
	spin_unlock(&ex->lock);
}
