// path: arch/powerpc/platforms/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/of.h>

int example_add(struct device_node *np);
int example_magic(void);

/* The loop gives its cursor values of its own. */
int example_scan(void)
{
	struct device_node *np = of_find_node_by_path("/memory");
	int ret = 0;

	if (!np)
		ret = example_magic();
	of_node_put(np);
	for_each_node_by_type(np, "memory") {
		if (np->parent)
			ret += example_add(np);
	}
	return ret;
}

/* Without the property there are no entries. */
int example_ranges(struct device_node *np)
{
	const u32 *ranges;
	int len;

	ranges = of_get_property(np, "ranges", &len);
	if (!ranges)
		len = 0;
	if (len > 1)
		return ranges[1];
	return 0;
}
