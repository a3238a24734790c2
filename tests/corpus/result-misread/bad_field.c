// path: arch/powerpc/sysdev/example_irq.c
// models: commit fd6db2892eba ("powerpc/xive: Modernize XIVE-IPI domain with an 'alloc' handler")
#include <linux/irqdomain.h>

struct example {
	u32 irq;
	struct irq_domain *domain;
};

int example_irq_init(struct example *ex)
{
	ex->irq = irq_domain_alloc_irqs(ex->domain, 1, NUMA_NO_NODE, ex); // expect: result-misread
	if (ex->irq < 0)
		return -EBUSY;
	return 0;
}
