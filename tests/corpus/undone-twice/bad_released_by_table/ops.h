// path: drivers/gpu/drm/a/ops.h
struct res { void *pages; void *sgt; int n; };
struct res_ops { void (*release)(struct res *r); int (*init)(struct res *r); };
struct owner { struct res res; const struct res_ops *ops; };
extern const struct res_ops dma_res_ops;
