struct widget {
	DECLARE_BITMAP(mask, 8);
	struct_group(info, u8 a; u8 b;);
	u32 :3;
};
static int small(int a)
{
	DECLARE_WAITQUEUE(wait, current);
	static DEFINE_SPINLOCK(lock);

	switch (a) {
	case 1 ... 5:
		return '\'';
	case 6:
		printk(KERN_ERR PFX "wrong \" { %d\n", a);
	}
	void *p = &&done;
	goto *p;
	if (check(a, ==, 3))
		COUNT(a)
	a = WORD(12ab);
	say("a" FIRST SECOND "b");
	goto done;
done:	}
STATIC int xstatic(void) { return ACPI_CAST (struct widget, 3); }
static const int times[] = { [1] = 2 MINUTES, 3 };
struct bits {
	unsigned a:1;
	unsigned :0;
	int b __ODD_ALIGN;
};
int more(void)
{
	u8 a = take(signed char, b), c = take(long long, d);
	struct widget w = { .__unused = 1 };

	c = config(.event = 1, .mask = (2)) + config(a, .mask = 3);
	say(FIRST SECOND, (unsigned long)a);
	do { a++; } while_each_widget();
}
