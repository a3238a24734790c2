#ifdef CONFIG_WIDGET
static int f(int a)
#else
static int f(int a, int b)
#endif
{
	if (a)
#ifdef CONFIG_A
		a++;
#else
		a--;
#endif
#ifdef CONFIG_B
	if (a > 1) {
#else
	{
#endif
		a = 2;
	}
	if (a && a > 3
#ifdef CONFIG_C
	    && a < 7
#endif
	    )
		return 1;
#if defined(CONFIG_D) && !defined(CONFIG_E)
	a = 5;
#elif CONFIG_LEVEL > 3 /* high */
	a = 6;
#else
	a = 7;
#endif
out:
#ifdef CONFIG_F
	a = 8;
#endif
#if 0
	this is (not C {
#endif
	return a;
}
static const int table[] = {
#ifdef CONFIG_A
	1,
#else
	2,
#endif
	3
};
#ifdef __ASSEMBLY__
.macro widget reg
	lwz \reg, 0(r1)
.endm
#endif
#define WAIT(x)			\
	do {			\
		/*		\
		 * (why		\
		 */		\
		x++;		\
	} while (0)
int after;
static const struct part parts[] = {
#ifdef CONFIG_A
	{ .id = 1 }
#endif
#ifdef CONFIG_B
#ifdef CONFIG_C
	{ .id = 2 },
#endif
	{
		.id = 3
#ifdef CONFIG_D
		, .name = "x"
#endif
	}
#else
	{ .id = 4 }
#endif
};
static void block(int a)
{
#ifdef CONFIG_A
	{
		a++;
	}
#endif
}
