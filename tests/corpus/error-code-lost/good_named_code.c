// path: drivers/scsi/example.c
// models: commit 7e7292dba215 ("ASoC: fsl: add imx-es8328 machine driver")
#include <linux/slab.h>

#define EXAMPLE_FAILED 0x102
#define EXAMPLE_OK 0

void *example_start(void);
void example_stop(void *what);
int example_send(void *what, void *buffer);

int example_query(void)
{
	int rval = EXAMPLE_FAILED;
	void *what = example_start(), *buffer;

	if (!what)
		goto done;
	buffer = kzalloc(16, GFP_KERNEL);
	if (!buffer)
		goto stop;
	rval = example_send(what, buffer);
	if (rval != EXAMPLE_OK)
		goto stop;
	return rval;
stop:
	example_stop(what);
done:
	return rval;
}
