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
