// path: drivers/pci/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/debugfs.h>

/* What debugfs gives needs no test: all of its functions take what failed. */
static struct dentry *example_directory(const char *name)
{
	struct dentry *dir = debugfs_create_dir(name, NULL);

	return dir;
}

int example_init(void)
{
	struct dentry *dir = example_directory("example");

	if (!dir)
		return -ENOMEM;
	debugfs_create_dir("port", dir);
	return 0;
}
