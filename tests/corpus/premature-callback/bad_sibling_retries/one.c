// path: drivers/base/example-one.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include "example.h"

static void one_setup(struct example *ex)
{
	example_map(ex);
}

const struct example_ops one_ops = { .setup = one_setup };
