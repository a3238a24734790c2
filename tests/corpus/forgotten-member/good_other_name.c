// path: drivers/media/rc/example.c
// models: commit ac171c46667c ("[PATCH] powerpc: Thermal control for dual core G5s")
#include <linux/slab.h>
#include <linux/usb.h>

struct example {
	struct usb_device *udev;
	int users;
};

static int example_probe(struct usb_interface *intf, const struct usb_device_id *id)
{
	struct usb_device *udev = interface_to_usbdev(intf);
	struct example *ex;

	ex = kzalloc(sizeof(*ex), GFP_KERNEL);
	if (!ex)
		return -ENOMEM;
	ex->udev = usb_get_dev(udev);
	usb_set_intfdata(intf, ex);
	return 0;
}

static void example_disconnect(struct usb_interface *intf)
{
	struct usb_device *udev = interface_to_usbdev(intf);
	struct example *ex = usb_get_intfdata(intf);

	ex->udev = NULL;
	usb_put_dev(udev);
	kfree(ex);
}

static struct usb_driver example_driver = {
	.probe = example_probe,
	.disconnect = example_disconnect,
};
