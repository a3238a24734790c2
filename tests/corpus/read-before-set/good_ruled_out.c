// path: drivers/pci/example.c
// models: commit 9b1ac04698a4 ("powerpc/papr_scm: Fix nvdimm event mappings")
#include <linux/types.h>

enum example_way { TO, FROM, NEITHER };

bool example_known(enum example_way way);

int example_start(enum example_way way, int a, int b)
{
	int from;

	if (!example_known(way))
		return -EINVAL;
	switch (way) {
	case TO:
		from = a;
		break;
	case FROM:
		from = b;
		break;
	default:
		break;
	}
	return from; // expect-fp: read-before-set
}
