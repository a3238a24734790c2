// path: drivers/usb/example.c
// models: commit bdecf76e319a ("cxl: Fix coredump generation when cxl_get_fd() is used")
#include <linux/list.h>

struct request {
	struct list_head node;
	int status;
};

struct endpoint {
	struct list_head started;
	struct list_head waiting;
};

static struct request *next_request(struct list_head *list)
{
	return list_first_entry_or_null(list, struct request, node);
}

/* Whether there is anything is asked of the very list, at every turn. */
void example_drain(struct endpoint *ep)
{
	struct request *request;

	while (!list_empty(&ep->started)) {
		request = next_request(&ep->started);
		request->status = 1;
		list_del(&request->node);
	}
}
