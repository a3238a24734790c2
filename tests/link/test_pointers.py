"""Calls through function pointers in variables."""

from __future__ import annotations

import pytest

from kscan.facts.extract import extract
from kscan.link.callgraph import CallGraph
from kscan.link.program import Program
from kscan.link.view import View
from tests.linked import SYMBOLS, macros

BOTH = "static int x(int a) { return a; }\nstatic int y(int a) { return a; }\n"
OPS = "typedef int (*fn_t)(int);\nstruct ops { fn_t go; };\nstatic struct ops t = { .go = x };\n"
HOOK = "int (*hook)(int);\n"


def called(text: str, **others: str) -> list[tuple[str, str, int]]:
    files = {"a.c": text, **{f"{name}.c": other for name, other in others.items()}}
    facts = {path: extract(body.encode(), macros()) for path, body in files.items()}
    found = CallGraph(Program(facts, View("powerpc", SYMBOLS)))
    return [(e.callee.name, e.kind, e.among) for func in found.find("h") for e in found.callees(func)]


@pytest.mark.parametrize(
    "body",
    [
        "int (*fn)(int) = i ? x : y; return fn(i);",
        "int (*fn)(int); if (i) fn = x; else fn = &y; return fn(i);",
        "int (*fn)(int); int (*other)(int) = x; fn = other; if (i) fn = y; return (*fn)(i);",
        "return (i ? x : y)(i);",
    ],
)
def test_a_local_pointer(body: str) -> None:
    assert called(f"{BOTH}int h(int i) {{ {body} }}\n") == [("x", "callback", 2), ("y", "callback", 2)]


def test_a_local_that_holds_a_field() -> None:
    assert called(f"{BOTH}{OPS}int h(struct ops *o) {{ fn_t f = o->go; return f(1); }}\n") == [
        ("x", "ops", 1)
    ]


def test_a_pointer_at_file_scope_is_no_function() -> None:
    call = "int h(int i) { return hook(i); }\n"
    assert called(f"{HOOK}{call}") == []
    assert called(f"{BOTH}{HOOK}void set(void) {{ hook = x; }}\n{call}") == [("x", "callback", 1)]
    assert called(f"{HOOK}{call}", b=f"{BOTH}extern {HOOK}void set(void) {{ hook = y; }}\n") == [
        ("y", "callback", 1)
    ]


def test_a_static_pointer_is_its_file_s_own() -> None:
    other = f"{BOTH}static {HOOK}void set(void) {{ hook = y; }}\n"
    assert called(f"static {HOOK}int h(int i) {{ return hook(i); }}\n", b=other) == []
    assert called(f"{HOOK}int h(int i) {{ return hook(i); }}\n", b=other) == []


def test_a_variable_of_another_type_elsewhere_makes_no_pointer_of_a_function() -> None:
    found = called("int h(int i) { return size(i); }\n", b="int size;\n")
    assert found == [("size", "direct", 1)]


def test_a_table_of_functions() -> None:
    table = f"{BOTH}static int (*table[])(int) = {{ x, [3] = y }};\n"
    both = [("x", "callback", 2), ("y", "callback", 2)]
    assert called(f"{table}int h(int i) {{ return table[i](i); }}\n") == both
    assert called(f"{table}int h(int i) {{ int (*fn)(int) = table[i]; return fn(i); }}\n") == both


def test_assignments_in_a_circle_end() -> None:
    body = "int (*f)(int); int (*g)(int); f = g; g = f; if (i) g = x; return f(i);"
    assert called(f"{BOTH}int h(int i) {{ {body} }}\n") == [("x", "callback", 1)]


@pytest.mark.parametrize("value", ["x", "&x", "(int (*)(int))x"])
def test_a_pointer_that_is_initialised_at_file_scope(value: str) -> None:
    pointer = f"static int (*fn)(int) = {value};\n"
    assert called(f"{BOTH}{pointer}int h(int i) {{ return fn(i); }}\n") == [("x", "callback", 1)]
    assigned = f"{BOTH}{pointer}void set(void) {{ fn = y; }}\nint h(int i) {{ return fn(i); }}\n"
    assert called(assigned) == [("x", "callback", 2), ("y", "callback", 2)]


@pytest.mark.parametrize("kind", ["int (*fn)(int)", "pick_t fn"])
@pytest.mark.parametrize("call", ["fn(i)", "(*fn)(i)"])
def test_a_parameter_that_points(kind: str, call: str) -> None:
    taker = f"typedef int (*pick_t)(int);\nint h({kind}, int i) {{ return {call}; }}\n"
    giver = "int g(int i) { return h(x, i) + h(&y, i); }\n"
    assert called(f"{BOTH}{taker}{giver}") == [("x", "callback", 2), ("y", "callback", 2)]
