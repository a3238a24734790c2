#define __ours __attribute__((section(".ours")))
static int __init widget_setup(void) { return 0; }
static void __ours widget_place(void __iomem *regs) { regs = 0; }
int __weak widget_hook(struct widget *w __maybe_unused) { return 0; }
static __always_inline __printf(1, 2) void widget_say(const char *fmt, ...) { }
asmlinkage void noinstr widget_entry(long a) { a++; }
struct widget {
	struct page __rcu *page;
	u8 data[4] ____cacheline_aligned;
} __packed __aligned(8);
