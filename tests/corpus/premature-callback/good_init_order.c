// path: drivers/firmware/example.c
#include <linux/list.h>

#define late_initcall(fn)
#define core_initcall(fn)

static struct list_head *domains;

int scan_domains(struct list_head *list);
struct list_head *make_list(void);

static int example_populate(void)
{
	if (!domains)
		return 0;
	return scan_domains(domains);
}

static int example_early(void)
{
	return example_populate();
}
late_initcall(example_early);

static int example_late(void)
{
	domains = make_list();
	return domains ? 0 : -12;
}
core_initcall(example_late);
