// path: include/linux/chip.h
struct chip {
	void *data;
};
