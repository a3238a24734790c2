// path: drivers/rtc/unit.c
#include <linux/device.h>

enum unit_state { UNIT_NEW, UNIT_LIVE, UNIT_DEAD };
struct unit;
struct unit_ops {
	void (*attach)(struct unit *u);
};
struct unit {
	struct device dev;
	const struct unit_ops *ops;
	enum unit_state state;
};
void enable_irq_line(struct unit *u);

static void cmos_attach(struct unit *u)
{
	if (u->state != UNIT_LIVE)
		return;
	enable_irq_line(u);
}

static const struct unit_ops cmos_ops = { .attach = cmos_attach };

void cmos_init(struct unit *u)
{
	u->ops = &cmos_ops;
}

static void unit_set_state(struct unit *u, enum unit_state state)
{
	u->state = state;
}

int unit_add(struct unit *u)
{
	int err;

	u->ops->attach(u); // expect: premature-callback
	err = device_add(&u->dev);
	if (err) {
		unit_set_state(u, UNIT_DEAD);
		return err;
	}
	unit_set_state(u, UNIT_LIVE);
	return 0;
}
