// path: drivers/misc/example.c
#include <linux/blkdev.h>

int example_add(struct device *dev, struct gendisk *disk)
{
	int ret = 0;

	set_capacity(disk, 8);
	device_add_disk(dev, disk, NULL); // expect: result-ignored
	return ret;
}
