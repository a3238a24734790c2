// path: drivers/misc/example.c
#include <linux/device.h>
#include <linux/i2c.h>
#include <linux/idr.h>
#include <linux/ioport.h>
#include <linux/pci.h>

struct example {
	struct device dev;
	int id;
	unsigned long port;
	struct i2c_adapter adapter;
};

struct example_kind {
	int (*init)(struct example *ex);
};

static DEFINE_IDA(example_ids);

struct device *example_dev(struct example *ex);
int example_start(void *what);

static void example_release(struct device *dev)
{
	struct example *ex = container_of(dev, struct example, dev);

	ida_free(&example_ids, ex->id);
	kfree(ex);
}

static const struct device_type example_type = {
	.release = example_release,
};

/* What is put was made from the object, and takes it along. */
static int example_open(struct example *ex)
{
	struct device *dev;
	int ret;

	ex->id = ida_alloc(&example_ids, GFP_KERNEL);
	if (ex->id < 0)
		return ex->id;
	dev = example_dev(ex);
	device_initialize(dev);
	dev->type = &example_type;
	ret = example_start(ex);
	if (ret) {
		put_device(dev);
		return ret;
	}
	return 0;
}

/* Nothing is set up that was so before, and the next write asks again. */
static int example_write(struct pci_dev *pdev, bool on)
{
	int ret;

	if (!pci_is_enabled(pdev) && on) {
		ret = pci_enable_device(pdev);
		if (ret)
			return ret;
	} else if (pci_is_enabled(pdev) && !on) {
		pci_disable_device(pdev);
	}
	ret = example_start(pdev);
	if (ret)
		return ret;
	return 0;
}

/* By what the call gave. */
static int example_reserve(struct example *ex)
{
	struct resource *res = request_mem_region(ex->port, 64, "example");
	int ret;

	if (!res)
		return -EBUSY;
	ret = example_start(res);
	if (ret) {
		remove_resource(res);
		return ret;
	}
	return 0;
}

/* The client goes with its adapter. */
static int example_register(struct example *ex, const struct i2c_board_info *info)
{
	struct i2c_client *client;
	int ret = i2c_add_adapter(&ex->adapter);

	if (ret)
		return ret;
	client = i2c_new_client_device(&ex->adapter, info);
	if (IS_ERR(client)) {
		i2c_del_adapter(&ex->adapter);
		return PTR_ERR(client);
	}
	ret = example_start(ex);
	if (ret) {
		i2c_del_adapter(&ex->adapter);
		return ret;
	}
	return 0;
}

/* Called by way of a variable, by a function that undoes it. */
static int example_init_port(struct example *ex)
{
	if (!request_region(ex->port, 64, "example"))
		return -EBUSY;
	if (example_start(ex))
		return -EIO;
	return 0;
}

static const struct example_kind example_port_kind = {
	.init = example_init_port,
};

static int example_probe(struct example *ex, const struct example_kind *kind)
{
	int (*init)(struct example *ex) = kind->init;
	int ret = init(ex);

	if (ret)
		release_region(ex->port, 64);
	return ret;
}

const void *example_calls[] = {
	example_open, example_write, example_reserve, example_register, example_probe, &example_port_kind,
};
