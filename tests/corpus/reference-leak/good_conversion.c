// path: drivers/pci/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/device.h>
#include <linux/gfp.h>

#define offset_in(type, member) ((size_t)&((type *)0)->member)
#define container_of_const(ptr, type, member) ((type *)((char *)(ptr) - offset_in(type, member)))
#define to_example(d) container_of_const(d, struct example, dev)

struct example {
	int id;
	struct device dev;
};

extern const struct bus_type example_bus;
static void *example_table;

/* Returns with a reference, through a macro that another macro is behind. */
struct example *example_find(const char *name)
{
	struct device *found = bus_find_device_by_name(&example_bus, NULL, name);

	if (!found)
		return NULL;
	return to_example(found);
}

/* What is mapped has an address. */
int example_init(int (*start)(void))
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	int ret;

	if (!page)
		return -ENOMEM;
	example_table = page_address(page);
	ret = start();
	if (ret)
		goto error;
	return 0;
error:
	if (example_table)
		free_pages((unsigned long)example_table, 2);
	example_table = NULL;
	return ret;
}
