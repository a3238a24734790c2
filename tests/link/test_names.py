"""The quick index of what a header defines."""

from __future__ import annotations

import pytest

from kscan.link.names import KINDS, names_of

HEADER = b"""\
#ifndef _X_H
#define _X_H
#define LIMIT 4
#define for_each_part(p, x) \\
\tfor (p = (x)->first; p; p = p->next)
#define\tPART(x)\t((x) + 1)

struct part;
struct part_table {
\tint (*open)(struct part *p);
};
typedef struct {
\tint counter;
} count_t;
typedef struct { long value; } word_t;
typedef unsigned long mask_t[2];
typedef int (*call_t)(int);
union part_key
{
\tint number;
};

extern struct part *first_part;
extern char start[], end[];
extern int part_open(struct part *p);
__printf(2, 3) int part_print(struct part *p, const char *format, ...);
static inline __alloc_size(1) void *part_alloc(int size) { return 0; }
void part_close(struct part *p,
\t\tint flags);
static inline int part_is_open(void) { return 0; }
static inline struct part *
part_get(struct part *p)
{
\tif (p)
\t\tpart_open(p);
\treturn p;
}
#endif
"""

EXPECTED = {
    # A head that ends on a later line may be that of a body: at worst a parse too much.
    # An attribute with arguments looks like a name, too.
    "function": {"__alloc_size", "part_alloc", "part_close", "part_get", "part_is_open"},
    "prototype": {
        *("__alloc_size", "part_alloc", "part_close", "part_get", "part_is_open"),
        *("__printf", "part_open", "part_print"),
    },
    "struct": {"struct part_table", "union part_key", "count_t", "word_t", "mask_t"},
    "macro": {"for_each_part", "PART"},
    "variable": {"first_part", "start", "end"},
    # So may a function be whose type is not on its line.
    "pointer": {"__printf", "part_alloc", "part_get"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_a_header(kind: str) -> None:
    found = names_of(HEADER)[KINDS.index(kind)]
    assert found == tuple(sorted(EXPECTED[kind]))


@pytest.mark.parametrize("data", [b"", b"\n", b"int", b"\xff\xfe(", b"extern ;", b"typedef", b"(\n*(\n"])
def test_whatever_the_bytes_are(data: bytes) -> None:
    assert len(names_of(data)) == len(KINDS)
