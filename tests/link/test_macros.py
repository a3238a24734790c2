"""What a macro calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kscan.facts.model import Macro
from kscan.link.macros import calls_in, expand, split_arguments
from tests.linked import facts_of


def table(text: str) -> Callable[[str], Macro | None]:
    return {macro.name: macro for macro in facts_of(text).macros}.get


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("()", ()),
        ("(a)", ("a",)),
        ("(a, b)", ("a", "b")),
        ("(f(a, b), c[1, 2], {d, e})", ("f(a, b)", "c[1, 2]", "{d, e}")),
        ("(a, b", ("a",)),
    ],
)
def test_split_arguments(text: str, expected: tuple[str, ...]) -> None:
    assert split_arguments(text, 0) == (expected, len(text))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("do { if (x) one(x); } while (0)", [("one", ("x",))]),
        ("two(one(x), y)", [("two", ("one(x)", "y")), ("one", ("x",))]),
        ("sizeof(x) + offsetof(struct s, f)", []),
        ("x->field(x)", [("field", ("x",))]),
        ("x", []),
    ],
)
def test_calls_in(body: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert list(calls_in(body)) == expected


@pytest.mark.parametrize(
    ("defines", "args", "expected"),
    [
        ("#define m(x) one(x)", ("p",), [("one", ("p",))]),
        ("#define m(x) one((x), 0)", ("p",), [("one", ("p", "0"))]),
        ("#define m(x) inner(x, 1)\n#define inner(a, b) one(b, a)", ("p",), [("one", ("1", "p"))]),
        ("#define m one", ("p",), [("one", ("p",))]),
        ("#define m n\n#define n(x) one(x)", ("p",), [("one", ("p",))]),
        ("#define m(f, x) f(x)", ("one", "p"), [("one", ("p",))]),
        ("#define m(x) m(x)", ("p",), []),
        ("#define m(x) (m(x), one(x))", ("p",), [("one", ("p",))]),
        ("#define m(x) n(x)\n#define n(x) (m(x), one(x))", ("p",), [("one", ("p",))]),
        ("#define m(x) (one(x), two(x))", ("p",), [("one", ("p",)), ("two", ("p",))]),
        ("#define m(x) ((x) + 1)", ("p",), []),
        ("#define m 4", (), []),
    ],
    ids=["call", "parentheses", "nested", "name", "name of a macro", "function given", "itself",
         "itself and another", "circle", "two calls", "no call", "number"],
)  # fmt: skip
def test_expand(defines: str, args: tuple[str, ...], expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert list(expand("m", args, table(defines + "\n"))) == expected


def test_what_is_no_macro_expands_to_nothing() -> None:
    assert list(expand("m", (), table(""))) == []


def test_depth_is_bounded() -> None:
    chain = "".join(f"#define m{n}(x) m{n + 1}(x)\n" for n in range(40))
    assert list(expand("m0", ("p",), table(chain))) == []
    assert list(expand("m37", ("p",), table(chain))) == [("m40", ("p",))]
