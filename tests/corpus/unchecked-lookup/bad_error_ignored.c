// path: drivers/net/example.c
#include <linux/pci.h>
#include <linux/slab.h>

struct resource {
	unsigned long start;
	unsigned long end;
};
int use(int value);

struct chan {
	void *regs;
	struct resource *mem;
};

int chan_map(struct chan *chan);

static int chan_setup(struct chan *chan)
{
	chan->mem = kzalloc(sizeof(*chan->mem), GFP_KERNEL);
	if (!chan->mem)
		return -ENOMEM;
	return 0;
}

int chan_open(struct chan *chan)
{
	chan_setup(chan);
	return use(chan->mem->start); // expect: unchecked-lookup
}
