static int locked(struct widget *w)
{
	guard(mutex)(&w->lock);
	CLASS(widget_ref, ref)(w);
	scoped_guard(mutex, &w->lock) {
		w->count++;
	}
	scoped_guard(spinlock_irqsave, &w->slock)
		w->count--;
	scoped_cond_guard(mutex_intr, return -EINTR, &w->lock) {
		w->count = 0;
	}
	char *p __free(kfree) = kmalloc(8, GFP_KERNEL);
	if_changed(w->state) {
		return 1;
	} else {
		return 2;
	}
}
