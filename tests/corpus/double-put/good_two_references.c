// path: sound/soc/example.c
// models: commit aa736700f42f ("ASoC: imx-card: Add imx-card machine driver")
int parse(struct device_node *parent)
{
	struct device_node *cpu = of_get_child_by_name(parent, "cpu");
	int ret;

	if (!cpu)
		return -ENODEV;
	of_node_get(cpu);
	ret = parse_cpu(cpu);
	of_node_put(cpu);
	of_node_put(cpu);
	return ret;
}
