"""Releases of pointer fields, and what becomes of the field before the function ends."""

from __future__ import annotations

import pytest

from kscan.analyses.summaries.fields import Fate, Fields, Release
from kscan.link.program import Program
from tests.linked import func, link, model

HEADER = """
struct map { int n; };
struct part { struct map *map; };
struct host { struct map *map, *other, *maps[4]; struct part part; struct part *far; struct host *next; };
"""


def fields_of(code: str) -> tuple[Program, Fields]:
    program = link({"include/host.h": HEADER, "a.c": code})
    return program, program.shared(Fields, model().apis, model().lifecycle)


def releases(statements: str, before: str = "") -> tuple[Fields, list[Release]]:
    code = f"{before}int f(struct host *h, struct host *g, int n)\n{{\n{statements}\nreturn 0;\n}}\n"
    program, fields = fields_of(code)
    return fields, list(fields.releases(func(program, "f")))


def fate(statements: str, before: str = "") -> Fate:
    fields, (release,) = releases(statements, before)
    return fields.fate(release)


def kind(found: Fate) -> str:
    words = (
        ("left", found.left),
        ("stored", found.stored),
        ("cleared", found.cleared),
        ("doubtful", found.doubtful),
    )
    return " ".join(word for word, seen in words if seen)  # fmt: skip


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("kfree(h->map);", [("struct host", "map", "h->map")]),
        ("vfree(h->part.map);", [("struct part", "map", "h->part.map")]),
        ("kfree(h->far->map);", [("struct part", "map", "h->far.map")]),
        ("kfree(h->maps[n]);", [("struct host", "maps", "h->maps[]")]),
        ("struct part *p = h->far; kfree(p->map);", [("struct part", "map", "p->map")]),
        ("kfree(h->map); kfree(h->other);",
         [("struct host", "map", "h->map"), ("struct host", "other", "h->other")]),
        ("kfree(h);", []),
        ("kfree(&h->part);", []),
        ("use(h->map);", []),
        ("kfree(unknown->map);", []),
    ],
)  # fmt: skip
def test_releases(statements: str, expected: list[tuple[str, str, str]]) -> None:
    _, found = releases(statements)
    assert [(r.struct, r.field, str(r.held)) for r in found] == expected
    assert all("memory" in r.natures for r in found)


def test_all_releases_are_of_the_natures_asked_for() -> None:
    _, fields = fields_of(
        "void f(struct host *h) { kfree(h->map); }\nvoid g(struct host *h) { kfree(h->other); }\n"
    )
    assert [r.field for r in fields.all_releases(frozenset({"memory"}))] == ["map", "other"]
    assert fields.all_releases(frozenset({"no such nature"})) == ()


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("kfree(h->map);", "left"),
        ("kfree(h->map); h->map = NULL;", "cleared"),
        ("kfree(h->map); h->map = kzalloc(4, 0);", "stored"),
        ("kfree(h->map); if (n) return 1; h->map = NULL;", "left cleared"),
        ("kfree(h->map); h->other = NULL;", "left"),
        ("kfree(h->map); g->map = NULL;", "left"),
        ("struct host *a = h; kfree(a->map); h->map = NULL;", "cleared"),
        ("kfree(h->map); kfree(h);", "cleared"),
        ("kfree(h->map); memset(h, 0, sizeof(*h));", "cleared"),
        ("kfree(h->part.map); memset(&h->part, 0, sizeof(h->part));", "cleared"),
        ("kfree(h->part.map); memset(&h->far, 0, 8);", "left"),
        ("kfree(h->map); *h = *g;", "cleared"),
        ("kfree(h->map); h = h->next;", "doubtful"),
        ("kfree(h->map); unknown(h);", "doubtful"),
        ("kfree(h->map); unknown(g);", "left"),
        ("kfree(h->map); pr_info(\"%d\", n);", "left"),
        ("kfree(h->map); BUG();", ""),
        ("while (n--) kfree(h->map);", "left"),
    ],
)  # fmt: skip
def test_fate(statements: str, expected: str) -> None:
    assert kind(fate(statements)) == expected


@pytest.mark.parametrize(
    ("callee", "expected"),
    [
        ("void after(struct host *x) { x->map = NULL; }\n", "cleared"),
        (
            "void after(struct host *x) { inner(x); }\nvoid inner(struct host *y) { y->map = NULL; }\n",
            "cleared",
        ),
        ("void after(struct host *x) { kfree(x); }\n", "cleared"),
        ("void after(struct host *x) { x->other = NULL; }\n", "left"),
        ("void after(struct host *x) { after(x); }\n", "left"),
        ("void after(struct host *x) { unknown(x); }\n", "doubtful"),
        ("void after(struct host *x) { x = x->next; }\n", "left"),
    ],
    ids=["clears", "callee clears", "ends", "other field", "recursion", "unknown", "own variable"],
)
def test_fate_through_a_callee(callee: str, expected: str) -> None:
    assert kind(fate("kfree(h->map); after(h);", callee)) == expected


def test_fate_tells_the_lines() -> None:
    found = fate("kfree(h->map);\nif (n)\n\treturn 1;\nh->map = make();")
    assert [line for _block, line in found.left] == [5]
    assert found.stored == (6,)


def test_setters_and_fillers() -> None:
    _, fields = fields_of(
        "void one(struct host *h) { h->map = make(); }\nvoid two(struct host *h) { h->map = NULL; }\n"
        "void three(struct part *p) { p->map = make(); }\n"
        "void four(struct host *h) { h->maps[1] = make(); }\n"
    )
    assert [(f.name, line) for f, line in fields.setters("struct host", "map")] == [("one", 1)]
    assert [(f.name, line) for f, line in fields.setters("struct part", "map")] == [("three", 3)]
    assert [(f.name, line) for f, line in fields.fillers("struct host", "maps")] == [("four", 4)]
