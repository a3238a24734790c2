// path: arch/powerpc/kvm/example.c
// models: commit 87e8657ba99c ("PCI: mediatek: Add new method to get shared pcie-cfg base address")
#include <linux/mm.h>

struct kvm;

void example_patch(struct kvm *kvm, unsigned long gfn)
{
	struct page *page;
	unsigned int *words;

	page = gfn_to_page(kvm, gfn);
	if (is_error_page(page))
		return;
	get_page(page);
	words = kmap_atomic(page);
	words[0] = 0;
	kunmap_atomic(words);
	put_page(page);
} // expect: reference-leak
