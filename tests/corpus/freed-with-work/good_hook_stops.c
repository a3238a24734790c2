// path: drivers/usb/example/glue.c
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct glue {
	struct platform_device *child;
	struct work_struct work;
};

struct glue_ops {
	int (*init)(struct glue *glue);
	int (*exit)(struct glue *glue);
};

static void glue_work(struct work_struct *work)
{
}

static void glue_notify(struct glue *glue)
{
	schedule_work(&glue->work);
}

/* The child's driver calls it when the child goes. */
static int glue_exit(struct glue *glue)
{
	cancel_work_sync(&glue->work);
	return 0;
}

static const struct glue_ops glue_ops = {
	.exit = glue_exit,
};

static int glue_probe(struct platform_device *pdev)
{
	struct glue *glue = kzalloc(sizeof(*glue), GFP_KERNEL);

	if (!glue)
		return -ENOMEM;
	INIT_WORK(&glue->work, glue_work);
	platform_set_drvdata(pdev, glue);
	glue_notify(glue);
	return 0;
}

static void glue_remove(struct platform_device *pdev)
{
	struct glue *glue = platform_get_drvdata(pdev);

	platform_device_unregister(glue->child);
	kfree(glue);
}

static struct platform_driver glue_driver = {
	.probe = glue_probe,
	.remove_new = glue_remove,
};
