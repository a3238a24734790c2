// path: drivers/i2c/adap.c
#include <linux/device.h>

struct adap;
struct adap_quirk { void (*fix)(struct adap *a); };
struct adap {
	struct device *parent;
	struct adap_quirk *quirk;
	void *regs;
};
struct i2c_client { struct device dev; };
struct i2c_driver { int (*probe)(struct i2c_client *c); };
void *devm_kzalloc(struct device *dev, size_t n, gfp_t f);
void *map_regs(struct device *dev);
void poke(struct adap *a, int v);

static void q_fix(struct adap *a)
{
	if (!a->regs)
		return;
	poke(a, 1);
}
struct adap_quirk fixq = { .fix = q_fix };

static int adap_probe(struct i2c_client *c)
{
	struct adap *a = devm_kzalloc(&c->dev, sizeof(*a), GFP_KERNEL);

	if (!a)
		return -ENOMEM;
	a->quirk = &fixq;
	a->regs = map_regs(&c->dev);
	a->quirk->fix(a);
	return 0;
}
struct i2c_driver adap_driver = { .probe = adap_probe };
