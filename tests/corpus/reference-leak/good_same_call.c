// path: drivers/example/usb.c
// models: commit 508f610648b9 ("PCI: xilinx-cpm: Add Versal CPM Root Port driver")
#include <linux/usb.h>

int example_start(struct usb_device *udev);

/* What is put is asked for once more, with the same words. */
int example_probe(struct usb_interface *intf, const struct usb_device_id *id)
{
	struct usb_device *udev = interface_to_usbdev(intf);
	int ret;

	udev = usb_get_dev(udev);
	ret = example_start(udev);
	if (ret < 0)
		goto error;
	usb_set_intfdata(intf, udev);
	return 0;
error:
	usb_put_dev(interface_to_usbdev(intf));
	return ret;
}
