// path: drivers/example/unit.h
#include <linux/types.h>

struct table {
	int size;
};

struct unit {
	struct table *table;
};

struct member {
	struct table *cached;
};
