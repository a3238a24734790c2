define_machine(widget) {
	.name = "widget",
	.probe = widget_probe,
	.setup = widget_setup,
};

static const struct dev_pm_ops widget_pm = {
	SET_SYSTEM_SLEEP_PM_OPS(widget_suspend, widget_resume)
	SET_RUNTIME_PM_OPS(widget_suspend, widget_resume, NULL)
	.prepare = widget_prepare,
};
static DEFINE_PER_CPU(struct widget, widgets) = { .size = 1 };
