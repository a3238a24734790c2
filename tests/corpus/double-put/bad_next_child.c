// path: sound/soc/example.c
// models: commit aa736700f42f ("ASoC: imx-card: Add imx-card machine driver")
void walk(struct device_node *parent)
{
	struct device_node *child = of_get_next_child(parent, NULL);

	while (child) {
		see(child->name);
		of_node_put(child);
		child = of_get_next_child(parent, child); // expect: double-put
	}
}
