// path: drivers/nvdimm/example.c
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/pci.h>

struct example {
	union {
		void *mem;
		void __iomem *iomem;
	};
};

int example_setup_irq(int irq);
int example_start(struct pci_dev *dev);

/* Whichever of the two members of the union is asked for. */
static int example_map(struct example *ex, unsigned long start, unsigned long flags)
{
	if (flags)
		ex->mem = memremap(start, 64, flags);
	else
		ex->iomem = ioremap(start, 64);
	if (!ex->mem)
		return -ENOMEM;
	return 0;
}

static void example_unmap(struct example *ex, unsigned long flags)
{
	if (flags)
		memunmap(ex->mem);
	else
		iounmap(ex->iomem);
}

static void example_free(int irq)
{
	irq_free_descs(irq, 1);
}

/* The last of them first, one after the other. */
static int example_bind(int count)
{
	int i, ret, irq = irq_alloc_descs(-1, 0, count, -1);

	if (irq < 0)
		return irq;
	for (i = 0; i < count; i++) {
		ret = example_setup_irq(irq + i);
		if (ret < 0)
			goto error;
	}
	return irq;
error:
	while (count--)
		example_free(irq + count);
	return ret;
}

/* The driver leaves the device enabled in any case. */
static int example_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	if (pci_enable_device(dev))
		return -EIO;
	if (example_start(dev))
		return -ENODEV;
	return 0;
}

const void *example_calls[] = { example_map, example_unmap, example_bind, example_probe };
