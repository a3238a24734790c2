// path: arch/powerpc/kexec/example.c
// models: commit 3c985d31ad66 ("powerpc: Use common of_kexec_alloc_and_setup_fdt()")
#include <linux/kexec.h>

int example_load(struct kimage *image);
void *example_tree(struct kimage *image);
void example_free(void *fdt);

int example_setup(struct kimage *image)
{
	void *fdt;
	int ret;

	ret = example_load(image);
	if (ret)
		goto out;
	fdt = example_tree(image);
	if (!fdt)
		return -ENOMEM;
	image->arch.fdt = fdt;
	ret = example_load(image);
out:
	if (ret && !image->arch.fdt)
		example_free(fdt); // expect: read-before-set
	return ret;
}
