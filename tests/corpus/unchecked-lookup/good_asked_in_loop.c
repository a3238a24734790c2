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

/* The list is asked at every turn of a loop over lists, and one with nothing is passed over. */
void example_drain(struct endpoint *ep, int count)
{
	struct request *request;
	int i;

	for (i = 0; i < count; i++) {
		if (list_empty(&ep->started))
			continue;
		request = next_request(&ep->started);
		request->status = 1;
		list_del(&request->node);
	}
}
