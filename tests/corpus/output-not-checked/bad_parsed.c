// path: drivers/pci/example.c
// models: commit 2e6bd221d96f ("powerpc/kexec_file: Enable early kernel OPAL calls")
#include <linux/types.h>

int kstrtoint(const char *s, unsigned int base, int *res);
void example_apply(int value);

void example_store(const char *text)
{
	int value;

	kstrtoint(text, 0, &value); // expect: output-not-checked
	example_apply(value);
}
