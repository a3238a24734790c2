// path: arch/powerpc/platforms/example.c
// models: commit 5ef3166e8a32 ("ocxl: Driver code for 'generic' opencapi devices")
#include <linux/of.h>

extern struct device_node *example_primary;
void example_exclude(void);

/* What is found is held, though it is what another variable holds: that is why it was looked for. */
void example_init(void)
{
	struct device_node *node;
	struct device_node *parent;

	node = of_find_node_by_name(NULL, "example");
	while ((parent = of_get_parent(node))) {
		of_node_put(node);
		node = parent;
		if (parent == example_primary) {
			example_exclude();
			break;
		}
	}
} // expect: reference-leak
