// path: drivers/bluetooth/example.c
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct example_hdev {
	int (*flush)(struct example_hdev *hdev);
	int (*send)(struct example_hdev *hdev);
	void *data;
};

struct example {
	struct example_hdev *hdev;
	struct work_struct tx_work;
};

struct example_hdev *example_alloc_hdev(void);
int example_register_hdev(struct example_hdev *hdev);
void example_unregister_hdev(struct example_hdev *hdev);

static void example_tx(struct work_struct *work)
{
}

static int example_send(struct example_hdev *hdev)
{
	struct example *ex = hdev->data;

	schedule_work(&ex->tx_work);
	return 0;
}

/* The core calls it before the device goes. */
static int example_flush(struct example_hdev *hdev)
{
	struct example *ex = hdev->data;

	cancel_work_sync(&ex->tx_work);
	return 0;
}

static int example_probe(struct platform_device *pdev)
{
	struct example *ex = devm_kzalloc(&pdev->dev, sizeof(*ex), GFP_KERNEL);

	if (!ex)
		return -ENOMEM;
	platform_set_drvdata(pdev, ex);
	INIT_WORK(&ex->tx_work, example_tx);
	ex->hdev = example_alloc_hdev();
	ex->hdev->flush = example_flush;
	ex->hdev->send = example_send;
	ex->hdev->data = ex;
	return example_register_hdev(ex->hdev);
}

static void example_remove(struct platform_device *pdev)
{
	struct example *ex = platform_get_drvdata(pdev);

	example_unregister_hdev(ex->hdev);
}

static struct platform_driver example_driver = {
	.probe = example_probe,
	.remove_new = example_remove,
};
