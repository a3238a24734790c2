// path: drivers/power/example.c
#include <linux/device.h>

#define BUS_NOTIFY_ADD_DEVICE 1
#define LINKED 3

int test_bit(long nr, const volatile unsigned long *addr);
void set_bit(long nr, volatile unsigned long *addr);

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *data);
};

struct platform_device {
	struct device dev;
	struct platform_device *parent;
	struct domain *domain;
	unsigned long flags;
};

struct platform_driver {
	int (*probe)(struct platform_device *pdev);
};

struct domain *domain_alloc(void);

static struct domain *domain_of(struct platform_device *pdev)
{
	return pdev->domain;
}

static struct domain *domain_find(struct platform_device *pdev)
{
	if (pdev->parent && domain_of(pdev->parent))
		return domain_of(pdev->parent);
	return domain_alloc();
}

int domain_attach(struct platform_device *pdev)
{
	if (!test_bit(LINKED, &pdev->flags)) // expect: probe-tied-state
		return -ENODEV;
	pdev->domain = domain_find(pdev);
	return 0;
}

static int domain_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	struct platform_device *pdev = data;

	switch (action) {
	case BUS_NOTIFY_ADD_DEVICE:
		domain_attach(pdev);
		break;
	}
	return 0;
}

static struct notifier_block domain_nb = { .notifier_call = domain_notify };

static int example_probe(struct platform_device *pdev)
{
	set_bit(LINKED, &pdev->flags);
	return domain_attach(pdev);
}

struct platform_driver example_driver = { .probe = example_probe };
