// path: drivers/usb/two.c
#include <linux/slab.h>
#include <linux/chip.h>

static struct chip *two_chip;

void two_exit(void)
{
	kfree(two_chip->data);
}
