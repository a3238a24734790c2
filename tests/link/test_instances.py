"""Calls through fields, narrowed to the tables that the object or pointer may be."""

from __future__ import annotations

import pytest

from kscan.facts.extract import extract
from kscan.link.callgraph import CallGraph
from kscan.link.program import Program
from kscan.link.view import View
from tests.linked import SYMBOLS, macros

HEAD = """
struct ops { int (*start)(int a); };
static int one(int a) { return a; }
static int two(int a) { return a; }
static struct ops first = { .start = one };
static struct ops second = { .start = two };
"""
HOLDER = """
struct holder { struct ops *ops; };
int h(struct holder *h) { return h->ops->start(1); }
void set(struct holder *h) { h->ops = &first; }
"""


def reached(text: str, **others: str) -> list[str]:
    """What h() calls through fields."""
    files = {"a.c": HEAD + text, **{name.replace("__", "/") + ".h": body for name, body in others.items()}}
    facts = {path: extract(body.encode(), macros()) for path, body in files.items()}
    program = Program({"a.c": facts["a.c"]}, View("powerpc", SYMBOLS))
    program.add(facts)
    graph = CallGraph(program)
    (func,) = graph.find("h")
    edges = [edge for edge in graph.callees(func) if edge.kind == "ops"]
    assert all(edge.among == len(edges) for edge in edges)
    return [edge.callee.name for edge in edges]


KNOWN = {
    "object": "int h(void) { return first.start(1); }",
    "element": "static struct ops all[] = { { .start = one } };\nint h(int i) { return all[i].start(1); }",
    "local object": "int h(void) { struct ops own = { .start = one }; return own.start(1); }",
    "local pointer": "int h(void) { struct ops *p = &first; return p->start(1); }",
    "local pointer that may be NULL": (
        "int h(int a) { struct ops *p = 0; if (a) p = &first; return p->start(1); }"
    ),
    "parameter": "static int h(struct ops *p) { return p->start(1); }\nint k(void) { return h(&first); }",
    "parameter handed on": (
        "static int h(struct ops *p) { return p->start(1); }\n"
        "static int g(struct ops *p) { return h(p); }\nint k(void) { return g(&first) + g(&first); }"
    ),
    "field": HOLDER,
    "field of an initialiser": (
        "struct holder { struct ops *ops; };\nstatic struct holder all = { .ops = &first };\n"
        "int h(struct holder *h) { return h->ops->start(1); }"
    ),
    "returned": "static struct ops *get(void) { return &first; }\nint h(void) { return get()->start(1); }",
    "pointer of the file": (
        "static struct ops *current_ops;\nint h(void) { return current_ops->start(1); }\n"
        "void set(void) { current_ops = &first; }"
    ),
}
UNKNOWN = {
    "copied into": "int h(void) { return first.start(1); }\nvoid set(void) { first = second; }",
    "another local": "int h(struct ops *q) { struct ops *p = &first; if (q) p = q; return p->start(1); }",
    "set by its address": "int h(void) { struct ops *p = &first; change(&p); return p->start(1); }",
    "parameter that others give": (
        "int h(struct ops *p) { return p->start(1); }\nint k(void) { return h(&first); }"
    ),
    "parameter of a callback": (
        "static int h(struct ops *p) { return p->start(1); }\nint k(void) { each(h); return h(&first); }"
    ),
    "field set to a parameter": HOLDER + "void any(struct holder *h, struct ops *p) { h->ops = p; }",
    "field set by a macro": HOLDER + "void any(struct holder *h, struct ops *p) { PUBLISH(h->ops, p); }",
    "field set by its address": (
        HOLDER + "void fill(struct ops **p);\nvoid any(struct holder *h) { fill(&h->ops); }"
    ),
    "pointer of several files": ("struct ops *shared = &first;\nint h(void) { return shared->start(1); }"),
}


@pytest.mark.parametrize("text", KNOWN.values(), ids=KNOWN)
def test_a_known_table_s_functions_only(text: str) -> None:
    assert reached(text) == ["one"]


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_for_sure_is_any(text: str) -> None:
    assert reached(text) == ["one", "two"]


def test_two_tables_of_three() -> None:
    third = "static int three(int a) { return a; }\nstatic struct ops third = { .start = three };\n"
    text = "int h(int a) { struct ops *p = a ? &first : &second; return p->start(1); }"
    assert reached(third + text) == ["one", "two"]


def test_functions_stored_into_an_object_that_may_be_any() -> None:
    text = "int h(void) { return first.start(1); }\nvoid set(struct ops *p) { p->start = two; }"
    assert reached(text) == ["one", "two"]


def test_a_struct_of_a_header_that_others_see() -> None:
    text = HOLDER.replace("struct holder { struct ops *ops; };", "")
    assert reached(text, include__holder="struct holder { struct ops *ops; };") == ["one", "two"]
