// path: drivers/scsi/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>

struct example_host {
	struct device *parent;
};

int example_publish(struct example_host *host, void (*release)(void *data));
int example_announce(struct example_host *host);

static void example_release(void *data)
{
	struct example_host *host = data;

	put_device(host->parent);
}

int example_setup(struct example_host *host)
{
	int ret;

	if (!get_device(host->parent))
		return -ENODEV;
	ret = example_publish(host, example_release);
	if (ret) {
		put_device(host->parent);
		return ret;
	}
	ret = example_announce(host);
	if (ret)
		return ret;
	return 0;
}
