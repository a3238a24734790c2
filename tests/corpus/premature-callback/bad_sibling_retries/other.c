// path: drivers/base/example-other.c
// models: commit 30d87ef8b38d ("powerpc/pci: Fix pcibios_setup_device() ordering")
#include "example.h"

static void other_setup(struct example *ex)
{
	ex->mapped = 0;
}

const struct example_ops other_ops = { .setup = other_setup };

/* This driver maps later, which does nothing for the objects of the first. */
void other_start(struct example *ex)
{
	example_map(ex);
}
