// path: drivers/i2c/example.c
// models: commit 61a6199787d9 ("PCI: Return ~0 data on pciconfig_read() CAP_SYS_ADMIN failure")
#include <linux/i2c.h>

int example_probe(struct i2c_adapter *adapter)
{
	u8 reg = 1, id;
	struct i2c_msg msg[] = {
		{ .addr = 8, .flags = 0, .len = 1, .buf = &reg },
		{ .addr = 8, .flags = I2C_M_RD, .len = 1, .buf = &id },
	};

	if (i2c_transfer(adapter, msg, 2) != 2)
		return -ENODEV;
	return id == 3;
}
