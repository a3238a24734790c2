// path: drivers/pci/example.c
// models: commit 9b1ac04698a4 ("powerpc/papr_scm: Fix nvdimm event mappings")
#include <linux/types.h>

int example_has(int what);
unsigned long example_save(void);
void example_restore(unsigned long state);
void example_run(void);

void example_enter(int what)
{
	unsigned long state;

	if (example_has(what))
		state = example_save();
	example_run();
	if (example_has(what))
		example_restore(state);
}
