// path: drivers/scsi/example.c
// models: commit 26e495f34107 ("iommu/amd: Restore IRTE.RemapEn bit after programming IRTE")
#include <linux/device.h>
#include <linux/pci.h>

struct example {
	struct device *dev;
	int running;
	int id;
};

struct request {
	struct example *ex;
	int status;
};

/* Two of its arms hold NULL for possible. */
void example_complete(struct request *rq, int status)
{
	struct example *ex = rq->ex;

	switch (status) {
	case 0:
		if (ex)
			ex->running--;
		rq->status = 1;
		break;
	default:
		rq->status = ex->id; // expect: null-test-contradiction
		if (ex)
			ex->running -= rq->status;
		break;
	}
}
