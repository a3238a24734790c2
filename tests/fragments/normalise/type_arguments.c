int plain(struct widget *, int (*done)(struct widget *, int), unsigned int);
static void *take(struct list_head *l, struct widget *(*get)(struct part *, int))
{
	struct widget *w = container_of(l, struct widget, node);
	struct widget *first = list_first_entry(l, struct widget,
						node);
	unsigned long n = max_t(unsigned long, 3, sizeof(struct widget));
	char *s = va_arg(ap, char *);
	int *p = alloc_percpu(unsigned int);
	int a = __alignof__(*w);
	size_t o = offsetof(struct widget, parts[2].name);
	typeof(w->size) size = 1;

	return (struct widget *)get((struct part *)w, (int)n);
}
