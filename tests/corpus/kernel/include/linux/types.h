/* The few types that everything needs. */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned long size_t;
typedef unsigned int gfp_t;
typedef _Bool bool;

#define NULL ((void *)0)
#define true 1
#define false 0

#define ENODEV 19
#define EINVAL 22
#define ENOMEM 12
#define ENOSPC 28

#define __weak __attribute__((weak))
#define EXPORT_SYMBOL_GPL(name)
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - __builtin_offsetof(type, member)))

#endif
