// path: drivers/crypto/w/w.h
struct wctx { void *key; int len; };
void wctx_drop(struct wctx *c);
