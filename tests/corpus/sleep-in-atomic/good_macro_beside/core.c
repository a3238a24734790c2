// path: drivers/net/old/core.c
#include <linux/mutex.h>
#include <linux/types.h>

struct old_unit {
	struct mutex lock;
	u32 value;
};

/* Of another driver, whose devices are reached over a bus that sleeps. */
u32 unit_read(struct old_unit *unit, u32 reg)
{
	u32 value;

	mutex_lock(&unit->lock);
	value = unit->value + reg;
	mutex_unlock(&unit->lock);
	return value;
}
