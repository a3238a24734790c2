// path: drivers/example/table.c
#include <linux/slab.h>

struct config {
	u32 *table;
	int size;
};

struct answer {
	u32 *entries;
};

void config_tell(struct config *config, struct answer *answer)
{
	int i;

	for (i = 0; i < config->size; i++)
		answer->entries[i] = config->table[i];
}

u32 answer_first(struct answer *answer)
{
	return answer->entries[0];
}

int config_resize(struct config *config, int size)
{
	u32 *table = kcalloc(size, sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	kfree(config->table);
	config->table = table;
	config->size = size;
	return 0;
}
