"""Candidates for reads before a set, as the facts name them."""

from __future__ import annotations

import pytest

from tests.linked import func, link


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("int x; return x;", ("x",)),
        ("int x = 1; return x;", ()),
        ("int x; if (n) x = 1; return x;", ("x",)),
        ("int x; if (n) x = 1; else x = 2; return x;", ()),
        ("int x; fill(&x); return x;", ()),
        ("int x = x; return n;", ("x",)),
        ("int x; x += n; return n;", ("x",)),
        ("int x; use(x); return n;", ("x",)),
        ("int x; return sizeof(x);", ()),
        ("int x; return p->x;", ()),
        ("int x[2]; return x[0];", ()),
        ("struct s x; return x.f;", ()),
        ("static int x; return x;", ()),
        ('int x; asm("" : "=r" (x)); return x;', ()),
        ('int x; asm("" : : "r" (x)); return n;', ("x",)),
    ],
)
def test_unset(statements: str, expected: tuple[str, ...]) -> None:
    program = link(f"int top(struct s *p, int n)\n{{\n{statements}\n}}\n")
    assert func(program, "top").fact.unset == expected


def test_attribute_behind_a_name_without_a_value() -> None:
    program = link("int top(int n)\n{\nchar *b __free(kfree);\nif (n)\nreturn 1;\nb = get();\nreturn 0;\n}\n")
    assert func(program, "top").fact.unset == ("b",)
    assert func(program, "top").fact.body.locals[0].cleanup == "kfree"
