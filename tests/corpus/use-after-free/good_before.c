// path: drivers/cpufreq/example.c
// models: commit a9acc26b75f6 ("cpufreq/pasemi: fix possible object reference leak")
struct unit {
	struct device dev;
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

void unit_remove(struct unit *u)
{
	give_number_back(u->number);
	device_unregister(&u->dev);
}

int read_speed(int cpu)
{
	struct device_node *node = of_get_cpu_node(cpu, NULL);
	const u32 *speed;

	if (!node)
		return -ENODEV;
	speed = of_get_property(node, "clock-frequency", NULL);
	of_node_put(node);
	return speed ? *speed : -EINVAL;
}
