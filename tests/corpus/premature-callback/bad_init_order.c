// path: drivers/firmware/example.c
#include <linux/list.h>

#define core_initcall(fn)
#define late_initcall(fn)

static struct list_head *domains;

int scan_domains(struct list_head *list);
struct list_head *make_list(void);

static int example_populate(void)
{
	if (!domains) // expect: premature-callback
		return 0;
	return scan_domains(domains);
}

static int example_early(void)
{
	return example_populate();
}
core_initcall(example_early);

static int example_late(void)
{
	domains = make_list();
	return domains ? 0 : -12;
}
late_initcall(example_late);
