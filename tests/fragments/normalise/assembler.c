register unsigned long stack asm("r1");
static inline void sync(int x)
{
	asm volatile("sync" : : : "memory");
	__asm__ __volatile__(
		WIDGET_OP("%0", "%1") "\n\t"
		NOP
		: "=r" (x) : "r" (x) : "memory");
	if (x)
		asm volatile(WIDGET_NOP);
	asm goto("b %l0" : : : : out);
out:
	return;
}
