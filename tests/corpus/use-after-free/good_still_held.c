// path: drivers/pci/example.c
// models: commit 0328947c5032 ("PCI: endpoint: Assign PCI domain number for endpoint controllers")
struct unit {
	struct device dev;
	struct rcu_head rcu;
	int number;
};

static void unit_release(struct device *dev)
{
	struct unit *u = container_of(dev, struct unit, dev);

	kfree(u);
}

void unit_setup(struct unit *u)
{
	u->dev.release = unit_release;
}

/* The caller holds a reference, too. */
int unit_done(struct unit *u)
{
	put_device(&u->dev);
	return u->number;
}

int dropped_later(struct unit *u)
{
	int number;

	rcu_read_lock();
	kfree_rcu(u, rcu);
	number = u->number;
	rcu_read_unlock();
	return number;
}
