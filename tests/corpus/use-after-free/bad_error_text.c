// path: drivers/pci/example.c
// models: commit a9acc26b75f6 ("cpufreq/pasemi: fix possible object reference leak")
struct item {
	int id;
	char *name;
};

static int report(int id)
{
	return id ? -5 : 0;
}

int add_item(struct item *table[], int place, gfp_t gfp)
{
	struct item *it = kzalloc(sizeof(*it), gfp);

	if (!it)
		return -ENOMEM;
	it->id = place;
	if (table[place]) {
		kfree(it);
		return report(it->id); // expect: use-after-free
	}
	table[place] = it;
	return 0;
}
