// path: arch/powerpc/mm/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/of.h>

int example_sum(struct device_node *np, int count)
{
	const u32 *table = of_get_property(np, "table", NULL);
	int sum = 0;

	table += 1;
	while (count--) {
		if (table)
			sum += table[count];
	}
	return sum;
}
