// path: drivers/cpufreq/example.c
// models: commit a9acc26b75f6 ("cpufreq/pasemi: fix possible object reference leak")
int read_speed(int cpu)
{
	struct device_node *node = of_get_cpu_node(cpu, NULL);
	const u32 *speed;

	if (!node)
		return -ENODEV;
	of_node_put(node);
	speed = of_get_property(node, "clock-frequency", NULL); // expect: use-after-free
	return speed ? *speed : -EINVAL;
}
