// path: drivers/usb/example/mux.c
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct mux {
	struct work_struct work;
	int state;
};

static void mux_free(struct mux *mux)
{
	kfree(mux);
}

/* The object goes when its work is done, and only then. */
static void mux_work(struct work_struct *work)
{
	struct mux *mux = container_of(work, struct mux, work);

	mux_free(mux);
}

static int mux_probe(struct platform_device *pdev)
{
	struct mux *mux = kzalloc(sizeof(*mux), GFP_KERNEL);

	if (!mux)
		return -ENOMEM;
	INIT_WORK(&mux->work, mux_work);
	platform_set_drvdata(pdev, mux);
	return 0;
}

static void mux_remove(struct platform_device *pdev)
{
	struct mux *mux = platform_get_drvdata(pdev);

	if (mux->state)
		schedule_work(&mux->work);
	else
		mux_free(mux);
}

static struct platform_driver mux_driver = {
	.probe = mux_probe,
	.remove_new = mux_remove,
};
