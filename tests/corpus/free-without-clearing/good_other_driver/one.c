// path: drivers/usb/one.c
// models: commit 450be4960a0f ("Revert "powerpc/pci: unmap legacy INTx interrupts when a PHB is removed"")
#include <linux/slab.h>
#include <linux/chip.h>

static int one_uses_descriptors;

/* As bad_succeeds.c, but who frees the field again is another driver, of chips of its own. */
int one_init(struct chip *chip)
{
	chip->data = kzalloc(64, GFP_KERNEL);
	if (!chip->data)
		return -12;
	if (!one_uses_descriptors)
		kfree(chip->data);
	return 0;
}
