// path: drivers/pci/example.c
#include <linux/anon_inodes.h>
#include <linux/interrupt.h>
#include <linux/pm_runtime.h>

struct example {
	struct device *dev;
	struct notifier_block nb;
	struct clk *clk;
};

static int example_start(struct example *ex);
static int example_resume(struct device *dev);

static int example_no_power_management(struct device *dev, struct example *ex)
{
	int ret;

	pm_runtime_enable(dev);
	if (!pm_runtime_enabled(dev)) {
		ret = example_resume(dev);
		if (ret)
			return ret;
	}
	ret = example_start(ex);
	if (ret) {
		pm_runtime_disable(dev);
		return ret;
	}
	return 0;
}

static int example_irq_asked_again(struct platform_device *pdev, struct example *ex)
{
	int irq = platform_get_irq(pdev, 0);
	int ret;

	if (irq < 0)
		return irq;
	ret = request_irq(irq, example_handler, 0, "example", ex);
	if (ret)
		return ret;
	ret = example_start(ex);
	if (ret)
		goto free;
	return 0;

free:
	free_irq(platform_get_irq(pdev, 0), ex);
	return ret;
}

static int example_file(struct example *ex, void __user *arg, int fd)
{
	struct file *file;
	int ret;

	ret = blocking_notifier_chain_register(&example_chain, &ex->nb);
	if (ret)
		return ret;
	file = anon_inode_getfile("example", &example_fops, ex, 0);
	if (IS_ERR(file)) {
		blocking_notifier_chain_unregister(&example_chain, &ex->nb);
		return PTR_ERR(file);
	}
	if (copy_to_user(arg, &ret, sizeof(ret))) {
		fput(file);
		return -EFAULT;
	}
	fd_install(fd, file);
	return 0;
}

static int example_optional(struct example *ex)
{
	int ret = clk_prepare_enable(ex->clk);

	if (ret)
		return ret;
	ret = example_start(ex);
	if (ret)
		return ret;
	return 0;
}

static int example_probe(struct example *ex)
{
	example_optional(ex);
	return 0;
}

static struct example_ops example_ops = {
	.probe = example_probe,
};
