// path: drivers/pcmcia/example.c
// models: commit e03327122e2c ("pci_endpoint_test: Add 2 ioctl commands")
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

struct entry {
	struct list_head node;
	char data[16];
};

struct example {
	struct mutex lock;
	struct list_head cache;
};

int example_read_device(struct example *ex, char *to);

int example_read(struct example *ex, char *to)
{
	struct entry *entry;
	int ret;

	mutex_lock(&ex->lock);
	ret = example_read_device(ex, to);
	if (ret == 0) {
		entry = kmalloc(sizeof(*entry), GFP_KERNEL);
		if (entry) {
			memcpy(entry->data, to, sizeof(entry->data));
			list_add(&entry->node, &ex->cache);
		}
	}
	mutex_unlock(&ex->lock);
	return ret;
}
