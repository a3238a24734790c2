// path: drivers/pci/example.c
// models: commit a9acc26b75f6 ("cpufreq/pasemi: fix possible object reference leak")
struct item {
	struct item *next;
	struct mutex lock;
	char *text;
};

void refill(struct item *it);

void drop_all(struct item *first)
{
	struct item *next;

	while (first) {
		next = first->next;
		kfree(first);
		first = next;
	}
}

char refilled(struct item *it)
{
	kfree(it->text);
	refill(it);
	return it->text[0];
}

int told_by_flag(struct item *it, int bad)
{
	if (bad)
		kfree(it);
	dev_dbg(NULL, "item %p\n", it);
	if (bad)
		return -EINVAL;
	return it->text ? 0 : 1;
}
