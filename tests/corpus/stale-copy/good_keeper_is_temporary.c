// path: drivers/example/request.c
#include <linux/slab.h>

struct filter {
	void *action;
};

struct request {
	void *action;
};

int send(struct request *request);

int filter_apply(struct filter *filter)
{
	struct request *request = kzalloc(sizeof(*request), GFP_KERNEL);
	int ret;

	if (!request)
		return -ENOMEM;
	request->action = filter->action;
	ret = send(request);
	kfree(request);
	return ret;
}

void request_run(struct request *request)
{
	memset(request->action, 0, 8);
}

int filter_change(struct filter *filter, void *action)
{
	kfree(filter->action);
	filter->action = action;
	return 0;
}
