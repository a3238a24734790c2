// path: drivers/firmware/example.c
#include <linux/list.h>

#define arch_initcall(fn)
#define module_init(fn)

static bool ready;

void scan_slots(void);
int make_bus(void);

static void set_ready(void)
{
	ready = true;
}

static int example_scan(void)
{
	if (ready) // expect: premature-callback
		scan_slots();
	return 0;
}
arch_initcall(example_scan);

static int example_init(void)
{
	int ret = make_bus();

	if (!ret)
		set_ready();
	return ret;
}
module_init(example_init);
