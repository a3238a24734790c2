SYSCALL_DEFINE3(widget_read, int, fd, char __user *, buf, size_t, count)
{
	return count;
}

SYSCALL_DEFINE0(widget_sync)
{
	return 0;
}

DEFINE_INTERRUPT_HANDLER(widget_exception)
{
	regs->nip++;
}

static OUR_PROBE(widget_probe)
{
	return 0;
}

PPC32_SYSCALL_DEFINE6(widget_pread,
		      unsigned int, fd,
		      u32, pos)
{
	return pos;
}
