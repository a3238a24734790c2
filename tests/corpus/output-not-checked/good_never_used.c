// path: drivers/pci/example.c
// models: commit 2e6bd221d96f ("powerpc/kexec_file: Enable early kernel OPAL calls")
#include <linux/types.h>

struct device_node;
int of_property_read_u32(const struct device_node *np, const char *name, u32 *out);

void example_probe(struct device_node *np)
{
	u32 unused;

	of_property_read_u32(np, "lanes", &unused);
}
