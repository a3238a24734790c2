"""What patterns make of plain code is what a walk over its nodes makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kscan.facts.extract import extract, statements
from kscan.facts.model import Assign, FileFacts
from tests.linked import macros

CORPUS = sorted((Path(__file__).parent.parent / "corpus").rglob("*.[ch]"))

SHAPES = {
    "a store of a call": "p->x = take(q, 1);",
    "a store through a subscript": "p->list[i] = q->list[i + 1];",
    "a step": "p->count++; i--;",
    "a cast": "p->data = (void *)q; i = (int)sizeof(*p); j = (u32)(q->len);",
    "a cast of arguments": "take((struct s *)q, (unsigned long)i);",
    "a callback": "request(i, handler, &table, p); p->fn = handler; q->ops = &table;",
    "a choice of callbacks": "p->fn = i ? handler : other;",
    "no callback": "take(true, false, NULL, FLAG, sizeof(*p));",
    "a joined type": "p = container_of(q, struct s, list); r = min_t(unsigned int, i, j);",
    "strings": 'print("%d" "%s", i, KERN_INFO "x");',
    "short circuits": "i = p && p->x && take(q); if (p && (i || !take(q))) return i;",
    "tests for zero": "if (!p) return 0; if (p == NULL) return 1; if (0 != i) return 2;",
    "a test of a call": "if (!take(p)) return 3; if (take(q) == 0) return 4;",
    "comparisons": "if (i < 0 || (j & 3) == 2) return -EINVAL; while (take(p) > i) i++;",
    "a cast compared": "if ((int)r < 0 || (long)p->x >= 0) return 1; if ((int)take(p) < 0) return 2;",
    "likely": "if (unlikely(!p)) return -1; if (likely(take(p))) return 0; i = unlikely(j);",
    "stores by macros": "WRITE_ONCE(p->x, i); i = xchg(&q->fn, handler); smp_store_release(p, 0);",
    "old values": "take(rcu_replace_pointer(p->x, q, i)); swap(p->x, q); if (xchg(&p->x, 0)) return i;",
    "never back": 'if (i) panic("x"); BUG_ON(!p); BUG();',
    "declarations": "struct s *a = take(p), *b; const unsigned char c[4]; unsigned long d = i, e;",
    "a callback declared": "int (*f)(struct s *) = handler; void *t = &table; f(p); (*f)(p);",
    "an initialiser": "struct ops o = { .open = handler, .p = take(q) }; o.open(p);",
    "indirect calls": "p->ops->open(q); p->a[i].fn(q); p->ops->open(p->ops->size(q));",
    "over lines": "take(p,\n\t\tq,\n\t\ti);\n\tp->x =\n\t\ttake(q);",
    "a test over lines": "if (p->x &&\n\t    take(q))\n\t\treturn i;",
    "a loop macro": "list_for_each_entry(p, &q->list, list) { if (take(p)) break; take(q); }",
    "a switch": "switch (p->kind) { case 1: take(p); break; case FLAG: take(q); default: return i; }",
    "jumps": "if (take(p)) goto out; for (i = 0; i < 3; i++) take(q); out: take(p); return i;",
    "nested calls": "take(other(p, take(q)), i); return take(take(p));",
}


def both_ways(source: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[FileFacts, FileFacts]:
    """The facts of ``source`` with and without patterns for plain code."""
    plain = extract(source, macros())
    init: Any = statements.Statements.__init__

    def suspicious(self: statements.Statements, *args: Any) -> None:
        init(self, *args[:-1], False)  # as where the parser saw an error: texts are not to be trusted

    monkeypatch.setattr(statements.Statements, "__init__", suspicious)
    return plain, extract(source, macros())


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_shapes_are_lowered_as_their_nodes_are(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "int f(struct s *p, struct s *q, int i, int j, unsigned int r)"
    plain, walked = both_ways(f"{head}\n{{\n\t{shape}\n}}\n".encode(), monkeypatch)
    assert not plain.quality.partial
    assert plain.functions[0].body == walked.functions[0].body
    assert plain == walked


def test_the_corpus_is_lowered_as_its_nodes_are(monkeypatch: pytest.MonkeyPatch) -> None:
    source = b"\n".join(path.read_bytes() for path in CORPUS)
    plain, walked = both_ways(source, monkeypatch)
    assert len(plain.functions) > 400
    for one, other in zip(plain.functions, walked.functions, strict=True):
        assert (one, one.body) == (other, other.body)
    assert plain.bindings == walked.bindings


def test_few_expressions_of_the_corpus_take_nodes_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    plain = statements.Statements.plain_expression

    def counted(self: statements.Statements, start: int, end: int, at: tuple[int, int]) -> bool:
        asked.append(plain(self, start, end, at))
        return asked[-1]

    monkeypatch.setattr(statements.Statements, "plain_expression", counted)
    extract(b"\n".join(path.read_bytes() for path in CORPUS), macros())
    assert sum(asked) > 0.8 * len(asked)


@pytest.mark.parametrize(
    ("declared", "params"),
    [
        ("int f(struct s *, char);", [("", "struct s *"), ("", "char")]),
        ("int f(int (*call)(int), char *names[]);", [("call", "fn"), ("names", "char *[]")]),
        ("int f(void);", []),
        ("static inline unsigned long f(const struct s *p, ...);", [("p", "struct s *")]),
    ],
)
def test_prototypes_know_the_types_of_their_parameters(declared: str, params: list[tuple[str, str]]) -> None:
    (prototype,) = extract(declared.encode(), macros()).prototypes
    assert [(p.name, p.type) for p in prototype.params] == params


@pytest.mark.parametrize(
    ("head", "linkage"),
    [
        ("static int f(int i)", "static"),
        ("static noinline int f(int i)", "static"),
        ("static __always_inline int f(int i)", "inline"),
        ("static inline int f(int i)", "inline"),
        ("int __weak f(int i)", "weak"),
        ("int f(int i)", "global"),
    ],
)
def test_a_head_tells_the_linkage(head: str, linkage: str) -> None:
    (function,) = extract(f"{head}\n{{\n\treturn i;\n}}\n".encode(), macros()).functions
    assert function.linkage == linkage


def test_a_macro_that_declares_gives_no_type_away() -> None:
    facts = extract(b"void f(void)\n{\n\tDEFINE_WAIT(w);\n\ttake(&w);\n}\n", macros())
    assert [(v.name, v.type) for v in facts.functions[0].body.locals] == [("w", "?")]


def test_macros_that_store_are_stores() -> None:
    source = b"""
void change(struct s *p, struct s *q)
{
	WRITE_ONCE(p->first, q);
	smp_store_release(&p->second, q);
	smp_store_release(q, 0);
	q = xchg(&p->third, 0);
	swap(p->fourth, q);
}
"""
    (function,) = extract(source, macros()).functions
    stores = [
        (event.target, event.value)
        for block in function.body.blocks
        for event in block.events
        if isinstance(event, Assign)
    ]
    assert stores == [
        ("p->first", "q"),
        ("p->second", "q"),
        ("*q", "0"),
        ("%1", "p->third"),
        ("p->third", "0"),
        ("q", "%1"),
        ("%2", "p->fourth"),
        ("p->fourth", "q"),
        ("q", "%2"),
    ]
    assert function.stores == ("first", "fourth", "second", "third")
