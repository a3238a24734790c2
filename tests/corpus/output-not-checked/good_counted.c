// path: drivers/pci/example.c
// models: commit 2e6bd221d96f ("powerpc/kexec_file: Enable early kernel OPAL calls")
#include <linux/types.h>

struct device_node;
int of_property_count_strings(const struct device_node *np, const char *name);
int of_property_read_string_index(const struct device_node *np, const char *name, int i, const char **out);
int example_add(const char *name);

int example_all(struct device_node *np)
{
	int i, ret, count = of_property_count_strings(np, "names");
	const char *name;

	for (i = 0; i < count; i++) {
		of_property_read_string_index(np, "names", i, &name);
		ret = example_add(name);
		if (ret)
			return ret;
	}
	return 0;
}
