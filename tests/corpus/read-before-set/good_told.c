// path: drivers/i2c/example.c
// models: commit 61a6199787d9 ("PCI: Return ~0 data on pciconfig_read() CAP_SYS_ADMIN failure")
#include <linux/dma-mapping.h>

int example_map(int which, dma_addr_t *addr, void **buf);
int example_start(int which);
void example_unmap(dma_addr_t addr, void *buf);

int example_transfer(int which)
{
	dma_addr_t addr;
	void *buf = NULL;
	int ret;

	ret = example_start(which);
	if (ret)
		goto err;
	ret = example_map(which, &addr, &buf);
err:
	example_unmap(addr, buf);
	return ret;
}
