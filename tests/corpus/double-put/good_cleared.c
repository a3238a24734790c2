// path: sound/soc/example.c
// models: commit aa736700f42f ("ASoC: imx-card: Add imx-card machine driver")
int parse(struct source *s, struct device_node *parent)
{
	struct device_node *cpu = NULL;
	int ret;

	while (more(s)) {
		ret = check(s);
		if (ret)
			goto err;
		cpu = of_get_child_by_name(parent, "cpu");
		parse_cpu(s);
		of_node_put(cpu);
		cpu = NULL;
	}
	return 0;
err:
	of_node_put(cpu);
	return ret;
}
