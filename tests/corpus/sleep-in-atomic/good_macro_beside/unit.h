// path: drivers/net/new/unit.h
#include <linux/types.h>

struct unit;

struct unit_ops {
	u32 (*read)(struct unit *unit, u32 reg);
};

struct unit {
	const struct unit_ops *ops;
	spinlock_t lock;
};

#define unit_read(unit, reg) (unit)->ops->read(unit, reg)
