// path: net/example.c
#include <linux/slab.h>

struct reader {
	void *item;
	int count;
};

void *example_next(struct reader *reader);
bool example_take(void *item);

/* The field is this loop's own: every turn fills it before it is freed. */
int example_read(struct reader *reader)
{
	int taken = 0;

	while (taken < 8) {
		reader->item = example_next(reader);
		if (example_take(reader->item)) {
			taken++;
			continue;
		}
		kfree(reader->item);
		taken++;
	}
	return taken;
}
