static int count(struct list_head *list)
{
	struct widget *w;
	int cpu, n = 0;

	list_for_each_entry(w, list, node)
		n++;
	widget_for_each_part(w, part) {
		if (part)
			continue;
	}
	for_each_possible_cpu(cpu) if (cpu) n++;
	walk_all_widgets(w, n,
			 list) {
		n += w->size;
	}
	walk_quietly(w)
		n--;
	if (n)
		for_each_set_bit(n, &w->mask, 8) {
			n--;
		}
	else
		for_each_endless() { n++; }
	ret = bus_for_each_dev(bus, NULL, &n, cb);
	bus_for_each_dev(bus, NULL, &n, cb);
	do {
		n++;
	} while_each_widget(n, w);
	return n;
}
