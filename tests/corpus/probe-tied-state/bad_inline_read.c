// path: drivers/power/example.c
#include <linux/device.h>

#define BUS_NOTIFY_ADD_DEVICE 1

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *data);
};

struct platform_device {
	struct device dev;
	struct platform_device *parent;
	int *cells;
	struct domain *domain;
};

struct platform_driver {
	int (*probe)(struct platform_device *pdev);
};

struct domain *domain_alloc(void);
int *cells_read(struct platform_device *pdev);

/* Reads the other object's field itself. */
static struct domain *domain_find(struct platform_device *pdev)
{
	struct platform_device *up = pdev->parent;

	if (up && up->domain)
		return up->domain;
	return domain_alloc();
}

int domain_attach(struct platform_device *pdev)
{
	if (!pdev->cells) // expect: probe-tied-state
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
	pdev->cells = cells_read(pdev);
	return domain_attach(pdev);
}

struct platform_driver example_driver = { .probe = example_probe };
