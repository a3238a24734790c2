// path: drivers/scsi/example.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/device.h>

struct scsi_host_template;

struct Scsi_Host {
	int max_id;
	unsigned long hostdata[];
};

struct Scsi_Host *scsi_host_alloc(const struct scsi_host_template *template, int size);
int scsi_add_host(struct Scsi_Host *host, struct device *dev);
void scsi_remove_host(struct Scsi_Host *host);
void scsi_host_put(struct Scsi_Host *host);

struct target {
	int state;
};

int example_login(struct target *target);

static void example_remove(struct device *dev)
{
	struct target *target = dev_get_drvdata(dev);
	struct Scsi_Host *host = container_of((void *)target, struct Scsi_Host, hostdata[0]);

	scsi_remove_host(host);
	scsi_host_put(host);
}

/* What lies at its end leads back to it: who finds that can give it back. */
int example_probe(struct device *dev, const struct scsi_host_template *template)
{
	struct Scsi_Host *host = scsi_host_alloc(template, sizeof(struct target));
	struct target *target;

	if (!host)
		return -ENOMEM;
	target = (struct target *)host->hostdata;
	dev_set_drvdata(dev, target);
	if (scsi_add_host(host, dev)) {
		scsi_host_put(host);
		return -ENOMEM;
	}
	if (example_login(target)) {
		example_remove(dev);
		return -EIO;
	}
	return 0;
}
