// path: drivers/clk/example.c
// Too many paths lead to the acquisition; that it hangs on a field that the exit asks, too, is seen nevertheless.
#include <linux/pm_runtime.h>

struct desc {
	bool need_pm;
	int f0;
	int f1;
	int f2;
	int f3;
	int f4;
	int f5;
	int f6;
	int f7;
	int f8;
	int f9;
	int f10;
	int f11;
};

int example_add(struct device *dev, int what);
void example_remove(struct device *dev, int what);

int example_probe(struct device *dev, const struct desc *desc)
{
	int ret;

	if (desc->f0)
		example_add(dev, desc->f0);
	if (desc->f1)
		example_add(dev, desc->f1);
	if (desc->f2)
		example_add(dev, desc->f2);
	if (desc->f3)
		example_add(dev, desc->f3);
	if (desc->f4)
		example_add(dev, desc->f4);
	if (desc->f5)
		example_add(dev, desc->f5);
	if (desc->f6)
		example_add(dev, desc->f6);
	if (desc->f7)
		example_add(dev, desc->f7);
	if (desc->f8)
		example_add(dev, desc->f8);
	if (desc->f9)
		example_add(dev, desc->f9);
	if (desc->f10)
		example_add(dev, desc->f10);
	if (desc->f11)
		example_add(dev, desc->f11);
	if (desc->need_pm) {
		ret = pm_runtime_resume_and_get(dev);
		if (ret)
			return ret;
	}
	ret = example_add(dev, 0);
	if (ret)
		goto err;
	if (desc->need_pm)
		pm_runtime_put(dev);
	return 0;
err:
	if (desc->f11)
		example_remove(dev, desc->f11);
	if (desc->f10)
		example_remove(dev, desc->f10);
	if (desc->f9)
		example_remove(dev, desc->f9);
	if (desc->f8)
		example_remove(dev, desc->f8);
	if (desc->f7)
		example_remove(dev, desc->f7);
	if (desc->f6)
		example_remove(dev, desc->f6);
	if (desc->f5)
		example_remove(dev, desc->f5);
	if (desc->f4)
		example_remove(dev, desc->f4);
	if (desc->f3)
		example_remove(dev, desc->f3);
	if (desc->f2)
		example_remove(dev, desc->f2);
	if (desc->f1)
		example_remove(dev, desc->f1);
	if (desc->f0)
		example_remove(dev, desc->f0);
	if (desc->need_pm)
		pm_runtime_put(dev);
	return ret;
}
