// path: drivers/usb/storage/example.c
// A function of the driver ends the private part of the object, and with that the object.
#include <linux/device.h>

struct Scsi_Host {
	int number;
	unsigned long hostdata[];
};

struct example {
	int state;
};

struct Scsi_Host *scsi_host_alloc(const void *template, int size);
int example_attach(struct example *ex);

static struct example *host_to_example(struct Scsi_Host *host)
{
	return (struct example *)host->hostdata;
}

static struct Scsi_Host *example_to_host(struct example *ex)
{
	return container_of((void *)ex, struct Scsi_Host, hostdata);
}

static void release_everything(struct example *ex)
{
	scsi_host_put(example_to_host(ex));
}

int example_probe(const void *template, struct example **found)
{
	struct Scsi_Host *host;
	struct example *ex;
	int ret;

	host = scsi_host_alloc(template, sizeof(*ex));
	if (!host)
		return -ENOMEM;
	host->number = 16;
	*found = ex = host_to_example(host);
	ret = example_attach(ex);
	if (ret)
		goto bad;
	return 0;
bad:
	release_everything(ex);
	return ret;
}
