// path: drivers/platform/x86/example.c
// models: commit 025dd3daeda7 ("PCI: keystone: Add error IRQ handler")
#include <linux/auxiliary_bus.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/pm_runtime.h>

static DEFINE_IDA(example_ida);

struct example {
	struct auxiliary_device aux;
	struct device dev;
	int id;
	void *base;
	struct msix_entry *entries;
	bool awake;
};

static const struct device_type example_type;

int example_start(struct example *ex);

static void example_release(struct device *dev)
{
	ida_free(&example_ida, to_example(dev)->id);
}

/* What is put frees it by its release function. */
static int example_add(struct example *ex)
{
	int ret = ida_alloc(&example_ida, GFP_KERNEL);

	if (ret < 0)
		return ret;
	ex->id = ret;
	ex->aux.dev.release = example_release;
	ret = auxiliary_device_init(&ex->aux);
	if (ret) {
		ida_free(&example_ida, ex->id);
		return ret;
	}
	ret = auxiliary_device_add(&ex->aux);
	if (ret) {
		auxiliary_device_uninit(&ex->aux);
		return ret;
	}
	return 0;
}

/* The same by its type. */
static struct device *example_new(struct example *ex)
{
	struct device *dev;

	ex->id = ida_alloc(&example_ida, GFP_KERNEL);
	if (ex->id < 0)
		return NULL;
	dev = &ex->dev;
	dev->type = &example_type;
	device_initialize(dev);
	if (example_start(ex)) {
		put_device(dev);
		return NULL;
	}
	if (devm_add_action_or_reset(dev->parent, example_unregister, dev))
		return NULL;
	return dev;
}

/* The pointer that is kept is not the mapping itself. */
static int example_map(struct example *ex, unsigned long start)
{
	ex->base = ioremap(start, 16) - io_base;
	if (!ex->base)
		return -ENOMEM;
	if (example_start(ex)) {
		iounmap(ex->base + io_base);
		return -EIO;
	}
	return 0;
}

/* So is this one, with an offset of its own. */
static int example_offset(struct example *ex, struct resource *part, struct pci_dev *pdev)
{
	void *addr = pci_iomap(pdev, 0, 16);

	if (!addr)
		return -ENOMEM;
	ex->base = addr + part->start;
	if (example_start(ex)) {
		example_end(pdev);
		return -EIO;
	}
	return 0;
}

/* The index moves. */
static int example_irqs(struct example *ex)
{
	int n = 0, err;

	err = request_irq(ex->entries[n].vector, example_first, 0, "first", ex);
	if (err)
		goto out;
	n++;
	err = request_irq(ex->entries[n].vector, example_second, 0, "second", ex);
	if (err)
		goto free_first;
	return 0;
free_first:
	free_irq(ex->entries[--n].vector, ex);
out:
	return err;
}

/* Once, as a flag says that was set before. */
static int example_wake(struct device *dev, struct example *ex)
{
	if (!ex->awake) {
		ex->awake = true;
		pm_runtime_enable(dev);
	}
	if (example_start(ex))
		return -EIO;
	return 0;
}

/* Another number than the one asked for is a failure. */
static bool example_number(int irq)
{
	if (irq_alloc_desc_at(irq, NUMA_NO_NODE) != irq) {
		pr_err("no irq %d\n", irq);
		return false;
	}
	return true;
}

/* A count that has gone up is not zero. */
static int example_several(struct example *ex)
{
	int err, done = 0;

	if (!request_mem_region(ex->id, 1, "example"))
		return -EBUSY;
	done++;
	err = example_start(ex);
	if (err) {
		if (done)
			release_mem_region(ex->id, 1);
		return err;
	}
	return 0;
}

/* A code that is neither zero nor negative is no failure. */
static int example_sign(struct device *dev, struct example *ex)
{
	int err;

	pm_runtime_enable(dev);
	err = example_start(ex);
	if (err)
		goto out;
	return 0;
out:
	if (err < 0)
		pm_runtime_disable(dev);
	return err;
}

/* Undone at the end of the scope. */
static int example_scope(unsigned long start, struct example *ex)
{
	void __iomem __free(iounmap) *first = NULL;

	first = ioremap(start, 16);
	if (!first)
		return -ENOMEM;
	if (example_start(ex))
		return -EIO;
	return 0;
}

const void *example_calls[] = {
	example_add, example_new, example_map, example_offset, example_irqs, example_wake, example_number, example_several,
	example_sign, example_scope,
};
