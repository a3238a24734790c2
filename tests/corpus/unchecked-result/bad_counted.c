// path: arch/powerpc/sysdev/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/of.h>

int snprintf(char *buf, unsigned long size, const char *fmt, ...);
void example_take(void *value);

/* The names are those that were counted before. */
void example_blocks(struct device_node *aliases, int count)
{
	struct property *prop;
	char name[32];
	int n;

	for (n = 0; n < count; n++) {
		snprintf(name, sizeof(name), "block%d", n);
		prop = of_find_property(aliases, name, NULL);
		example_take(prop->value); // expect: unchecked-result
	}
}
