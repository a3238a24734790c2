// path: drivers/pci/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/mm.h>

int example_configure(void *queue);
int example_attach(int number);

int example_set_queue(struct kvm *kvm, unsigned long gfn, int number)
{
	struct page *page = gfn_to_page(kvm, gfn);
	void *queue;
	int rc;

	if (is_error_page(page))
		return -EINVAL;
	queue = page_to_virt(page);
	rc = example_configure(queue);
	if (rc) {
		put_page(page);
		return rc;
	}
	rc = example_attach(number);
	if (rc)
		pr_err("example: no number %d\n", number);
	return rc;
}
