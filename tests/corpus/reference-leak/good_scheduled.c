// path: drivers/acpi/example.c
#include <linux/acpi.h>
#include <linux/async.h>

void example_attach(void *dev, async_cookie_t cookie);

static bool example_queue(struct acpi_device *adev)
{
	if (adev->dep_unmet)
		return false;
	return async_schedule_dev_nocall(example_attach, &adev->dev);
}

/* Who is called later puts it. */
int example_clear(acpi_handle consumer)
{
	struct acpi_device *adev = acpi_get_acpi_dev(consumer);

	if (adev && !example_queue(adev))
		acpi_dev_put(adev);
	return 0;
}
