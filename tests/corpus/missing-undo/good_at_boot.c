// path: drivers/irqchip/example.c
#include <linux/ioport.h>
#include <linux/irqchip.h>
#include <linux/irqdomain.h>

static struct irq_domain *example_domain;
static const struct irq_domain_ops example_ops;

static unsigned long example_port = 0x70;

int example_start(struct irq_domain *domain);

static int __init example_setup(struct device_node *np, unsigned int lines)
{
	int ret;

	example_domain = irq_domain_add_linear(np, lines, &example_ops, NULL);
	if (!example_domain)
		return -ENOMEM;
	ret = example_start(example_domain);
	if (ret)
		return ret;
	return 0;
}

/* Called once, while the kernel starts: nobody tries again. */
static int __init example_of_init(struct device_node *np, struct device_node *parent)
{
	return example_setup(np, 32);
}
IRQCHIP_DECLARE(example, "vendor,example", example_of_init);

static int __init example_more_init(void)
{
	int ret;

	if (!request_region(example_port, 8, "example"))
		return -EBUSY;
	ret = example_start(NULL);
	if (ret)
		return ret;
	return 0;
}
arch_initcall(example_more_init);
