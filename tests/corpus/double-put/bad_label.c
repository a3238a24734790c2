// path: sound/soc/example.c
// models: commit aa736700f42f ("ASoC: imx-card: Add imx-card machine driver")
int parse(struct device_node *parent)
{
	struct device_node *cpu = of_get_child_by_name(parent, "cpu");
	int ret = parse_cpu(cpu);

	of_node_put(cpu);
	if (ret)
		goto err;
	return 0;
err:
	of_node_put(cpu); // expect: double-put
	return ret;
}
