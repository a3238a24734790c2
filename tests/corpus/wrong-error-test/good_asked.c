// path: drivers/media/example.c
// models: commit 4100b8c229b3 ("iommu: Add Allwinner H6 IOMMU driver")
#include <linux/i2c.h>

struct example {
	struct i2c_client *client;
};

/* Who is asked looks for an error pointer as well. */
int example_attach(struct example *ex, struct i2c_adapter *adapter, const struct i2c_board_info *info)
{
	struct i2c_client *client = i2c_new_client_device(adapter, info);

	if (!i2c_client_has_driver(client))
		return -ENODEV;
	ex->client = client;
	client = ex->client;
	if (client)
		i2c_unregister_device(client);
	return -EIO;
}
