"""Notes on code that is broken or cannot be told for sure; and that no such code stops anything."""

from __future__ import annotations

import pytest

from kscan.facts.extract import extract
from kscan.link.callgraph import CallGraph
from kscan.link.doubts import circles
from kscan.link.program import Program
from kscan.link.view import View
from tests.linked import SYMBOLS, macros


def graph(files: dict[str, str]) -> CallGraph:
    facts = {path: extract(text.encode(), macros()) for path, text in files.items()}
    return CallGraph(Program(facts, View("powerpc", SYMBOLS)))


def edges(found: CallGraph, name: str) -> list[tuple[str, str, int]]:
    return [(e.callee.name, e.callee.path, e.among) for func in found.find(name) for e in found.callees(func)]


def test_cyclic_macros() -> None:
    found = graph(
        {
            "include/linux/a.h": "#define first(x) second(x)\n#define second(x) third(x)\n"
            "#define third(x) first(x)\n#define itself(x) itself(x)\nvoid itself(int x);\n",
            "a.c": "#include <linux/a.h>\nvoid f(void) { first(1); itself(2); }\n",
        }
    )
    assert edges(found, "f") == [("itself", "", 1)]
    assert [str(d) for d in found.doubts()] == [
        "include/linux/a.h:1: macro first leads back to itself through second, third: expanded once"
    ]


def test_recursive_headers() -> None:
    found = graph(
        {
            "include/linux/a.h": "#include <linux/b.h>\nstatic inline int a(void) { return 1; }\n",
            "include/linux/b.h": '#include "a.h"\nstatic inline int b(void) { return a(); }\n',
            "include/linux/c.h": "#include <linux/a.h>\n",
            "a.c": "#include <linux/b.h>\nint f(void) { return b(); }\n",
        }
    )
    assert edges(found, "f") == [("b", "include/linux/b.h", 1)]
    assert [str(d) for d in found.doubts()] == [
        "include/linux/a.h:1: is included by what it includes: include/linux/b.h"
    ]


def test_duplicate_definitions_lead_to_each_and_say_so() -> None:
    twice = "int twice(void) { return 0; }\n"
    found = graph({"a.c": twice, "b.c": twice, "c.c": "int f(void) { return twice(); }\n"})
    assert edges(found, "f") == [("twice", "a.c", 2), ("twice", "b.c", 2)]
    assert "a.c:1: twice is also defined at b.c:1: calls lead to each" in map(str, found.doubts())


@pytest.mark.parametrize(
    "other", ["static int twice(void) { return 0; }", "int __weak twice(void) { return 0; }"]
)
def test_a_static_or_weak_function_is_no_duplicate(other: str) -> None:
    found = graph(
        {"a.c": "int twice(void) { return 0; }\n", "b.c": f"{other}\nint f(void) {{ return twice(); }}\n"}
    )
    assert [among for _name, _path, among in edges(found, "f")] == [1]
    assert found.doubts() == ()


OPEN = "int both(int x);\n#ifdef CONFIG_OPEN\n#define both(x) other(x)\n#endif\nint other(int x);\n"


@pytest.mark.parametrize(
    ("header", "among"),
    [
        (OPEN, 2),
        (OPEN.replace("CONFIG_OPEN", "CONFIG_OFF"), 1),
        (OPEN.replace("other(x)\n", "both(x)\n"), 1),
        ("int both(int x);\n", 1),
    ],
    ids=["open", "left out", "the function itself", "no macro"],
)
def test_a_name_that_is_both_macro_and_function(header: str, among: int) -> None:
    found = graph(
        {
            "include/linux/both.h": header,
            "a.c": "int both(int x) { return x; }\n",
            "b.c": "#include <linux/both.h>\nint f(void) { return both(1); }\n",
        }
    )
    assert edges(found, "f") == [("both", "a.c", among)]
    noted = [str(d) for d in found.doubts()]
    assert noted == (
        ["a.c:1: both is a function and a macro (include/linux/both.h:3): which one is called is open"]
        if among > 1
        else []
    )


def test_a_function_that_gives_way_to_a_macro_leaves_nothing_open() -> None:
    found = graph(
        {
            "arch/powerpc/include/asm/a.h": "#define both(x) other(x)\nint other(int x);\n",
            "include/linux/a.h": "#ifndef both\nstatic inline int both(int x) { return x; }\n#endif\n",
            "a.c": "#include <linux/a.h>\nint f(void) { return both(1); }\n",
        }
    )
    assert edges(found, "f") == [("other", "", 1)]
    assert found.doubts() == ()


def test_a_broken_header_costs_what_is_broken_only() -> None:
    found = graph(
        {
            "include/linux/a.h": "static inline int a(void) { return 1; }\n)))) {{ (struct = = ;\n",
            "a.c": "#include <linux/a.h>\nint g(void) { return 0; }\nint f(void) { return a() + g(); }\n",
        }
    )
    assert [name for name, _path, _among in edges(found, "f")] == ["a", "g"]
    assert any(str(d).startswith("include/linux/a.h:2: ") for d in found.doubts())


def test_circles() -> None:
    assert list(circles({1: [2], 2: [3], 3: []})) == []
    assert list(circles({1: [1]})) == []
    assert set(circles({1: [2], 2: [1, 3], 3: [4], 4: [5], 5: [3]})) == {
        frozenset({1, 2}),
        frozenset({3, 4, 5}),
    }
    ring = {n: [(n + 1) % 20_000] for n in range(20_000)}
    assert [len(group) for group in circles(ring)] == [20_000]
