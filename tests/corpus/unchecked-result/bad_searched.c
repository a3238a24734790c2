// path: arch/powerpc/platforms/example.c
// models: commit 706e2c881158 ("ASoC: fsl_asrc_dma: Reuse the dma channel if available in Back-End")
#include <linux/of.h>

void *idr_find(const struct idr *idr, unsigned long id);

struct entry {
	int count;
};

int example_count(struct idr *idr, unsigned long id)
{
	struct entry *entry = idr_find(idr, id);

	return entry->count; // expect: unchecked-result
}
