"""Tables by name: made when asked for, read on with what comes later, and what is made of them kept."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kscan.link.program import Program
from kscan.link.tables import Table, Tables
from kscan.link.types import TypeTable
from tests.linked import edges, facts_of, func, link

OPS = "struct ops { int (*open)(void *p); };\n"
TABLES = """
static int a_open(void *p) { return 0; }
static struct ops a_ops = { .open = a_open };
static const struct other b_other = { .open = a_open };
int top(struct ops *o) { return o->open(o); }
"""


def test_a_table_reads_each_source_once() -> None:
    sources, read = ["a"], list[str]()

    def fill(found: dict[str, list[str]], fresh: Sequence[str]) -> None:
        read.extend(fresh)
        for name in fresh:
            found[name].append(name.upper())

    table = Table[str, str](sources, fill)
    assert read == []
    assert table() == table() == {"a": ["A"]}
    sources.append("b")
    table.add("b", "own")
    assert table() == {"a": ["A"], "b": ["B", "own"]}
    assert read == ["a", "b"]


def test_calls_are_told_by_name_and_by_field() -> None:
    tables = Tables()
    tables.add("a.c", facts_of("int f(struct ops *o) { return g() + o->open(o); }\n"))
    assert [str(one) for one in tables.calls()["g"]] == ["a.c:f"]
    assert [str(one) for one in tables.field_calls()["open"]] == ["a.c:f"]
    tables.add("b.c", facts_of("int h(struct ops *o) { return o->open(o); }\n"))
    assert [str(one) for one in tables.field_calls()["open"]] == ["a.c:f", "b.c:h"]


def places_of(program: Program, name: str) -> list[tuple[str, str, str, int, str]]:
    return edges(program.callees(func(program, name)))


def test_bindings_are_placed_again_only_where_a_file_may_change_it(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[tuple[str, ...]] = []
    walk = TypeTable.walk

    def counted(self: TypeTable, root: str, path: tuple[str, ...]) -> tuple[str, str] | None:
        walked.append((root, *path))
        return walk(self, root, path)

    monkeypatch.setattr(TypeTable, "walk", counted)
    program = link({"a.c": OPS + TABLES})
    first = places_of(program, "top")
    assert first == [("a.c:top", "a.c:a_open", "ops", 6, "struct ops.open")]
    walked.clear()
    program.add({"include/linux/x.h": facts_of("struct unrelated { int x; };\ntypedef int foo_t;\n")})
    assert places_of(program, "top") == first
    assert walked == [("struct ops *", "open")]  # the call itself


def test_a_typedef_that_was_asked_for_changes_what_bindings_fill() -> None:
    text = "static int a_open(void *p) { return 0; }\nstatic ops_t a_ops = { .open = a_open };\n"
    program = link({"a.c": OPS + text + "int top(struct ops *o) { return o->open(o); }\n"})
    assert places_of(program, "top") == []
    program.add({"include/linux/x.h": facts_of("typedef struct ops ops_t;\n")})
    assert places_of(program, "top") == [("a.c:top", "a.c:a_open", "ops", 4, "struct ops.open")]


def test_a_name_means_something_else_once_a_file_defines_it() -> None:
    program = link({"a.c": "int top(void) { return hook(); }\n"})
    assert program.resolve("hook", "a.c") == ()
    program.add({"b.c": facts_of("int hook(void) { return 0; }\n")})
    assert [str(one) for one in program.resolve("hook", "a.c")] == ["b.c:hook"]
    program.add({"c.c": facts_of("static int hook(void) { return 1; }\n")})
    assert [str(one) for one in program.resolve("hook", "c.c")] == ["c.c:hook"]
