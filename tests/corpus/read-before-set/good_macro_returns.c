// path: drivers/acpi/example.c
// models: commit 61a6199787d9 ("PCI: Return ~0 data on pciconfig_read() CAP_SYS_ADMIN failure")
#include <linux/types.h>

#define example_leave_with(code) do { example_trace(code); return code; } while (0)
#define example_leave return -1

void example_trace(int code);
int example_get(int kind);

int example_first(int kind)
{
	int value;

	if (!kind)
		example_leave_with(-1);
	else
		value = example_get(kind);
	return value;
}

int example_second(int kind)
{
	int value;

	if (!kind)
		example_leave;
	else
		value = example_get(kind);
	return value;
}
