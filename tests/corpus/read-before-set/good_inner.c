// path: drivers/net/example.c
// models: commit 6a5f850aa83a ("ASoC: fsl: Add imx-hdmi machine driver")
#include <linux/types.h>

int example_query(u32 *params, u32 *values, int count);
int example_set(u32 param, u32 *value);

int example_config(int wanted)
{
	u32 param = 3, val;
	int ret;

	if (wanted > 2) {
		u32 params[2] = { 1, 2 }, val[2];

		ret = example_query(params, val, 2);
		if (ret == 0)
			return val[0] + val[1];
		return ret;
	}
	ret = example_set(param, &val);
	return ret ? ret : (int)val;
}
