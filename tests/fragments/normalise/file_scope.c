#include <linux/module.h>
static int __init widget_init(void) { return 0; }
module_init(widget_init);
EXPORT_SYMBOL_GPL(widget_init)
static DEFINE_MUTEX(widget_lock);
static LIST_HEAD(widget_list); static LIST_HEAD(other_list);
DEFINE_SHOW_ATTRIBUTE(widget);
DECLARE_PCI_FIXUP_HEADER(PCI_VENDOR_ID_IBM, 0x1234,
			 widget_fixup);
MODULE_LICENSE("GPL; { ( ");
static int
widget_next(int a)
{
	return a;
}
OPS_A(1); OPS_B(2);
