// path: drivers/pci/example.c
// models: commit 2e6bd221d96f ("powerpc/kexec_file: Enable early kernel OPAL calls")
#include <linux/types.h>

struct device_node;
int of_property_read_u64(const struct device_node *np, const char *name, u64 *out);
int example_set(u64 *base);

int example_setup(struct device_node *np)
{
	u64 val;

	of_property_read_u64(np, "base", &val); // expect: output-not-checked
	return example_set(&val);
}
