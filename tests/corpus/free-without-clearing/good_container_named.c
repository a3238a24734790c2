// path: drivers/usb/example.c
// models: commit 450be4960a0f ("Revert "powerpc/pci: unmap legacy INTx interrupts when a PHB is removed"")
#include <linux/slab.h>

struct data {
	void *base;
};

struct chip {
	struct data *data;
};

void *example_map(int bar);

static struct chip *example_list;

/* What is freed is both a variable of its own and a field of what is freed next. */
int example_init(void)
{
	struct data *data;
	struct chip *chip;
	int bar;

	for (bar = 0; bar < 6; bar++) {
		chip = kzalloc(sizeof(*chip), GFP_KERNEL);
		if (!chip)
			break;
		data = kzalloc(sizeof(*data), GFP_KERNEL);
		if (!data) {
			kfree(chip);
			break;
		}
		chip->data = data;
		data->base = example_map(bar);
		if (!data->base) {
			kfree(chip->data);
			kfree(chip);
			break;
		}
		example_list = chip;
	}
	return 0;
}

void example_exit(void)
{
	kfree(example_list->data);
	kfree(example_list);
}
