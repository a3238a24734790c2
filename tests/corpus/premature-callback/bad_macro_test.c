// path: drivers/spi/chan.c
#include <linux/device.h>

struct chan;
struct ctl {
	void (*setup)(struct chan *c);
};
struct chan {
	struct device dev;
	struct ctl *ctl;
	unsigned long state;
};
#define CHAN_UP 3
#define chan_is_up(c)	test_bit(CHAN_UP, &(c)->state)
void program_timing(struct chan *c);

static void fast_setup(struct chan *c)
{
	if (!chan_is_up(c))
		return;
	program_timing(c);
}

struct ctl fast_ctl = { .setup = fast_setup };

static void chan_mark_up(struct chan *c)
{
	set_bit(CHAN_UP, &c->state);
}

int chan_register(struct chan *c, struct ctl *ctl)
{
	int ret;

	c->ctl = ctl;
	if (c->ctl->setup)
		c->ctl->setup(c); // expect: premature-callback
	ret = device_add(&c->dev);
	if (ret)
		return ret;
	chan_mark_up(c);
	return 0;
}
