"""Locals that stand for one object throughout."""

from __future__ import annotations

import pytest

from kscan.analyses.body.access import Object
from kscan.analyses.body.values import Values, values_of
from tests.linked import body


def values(statements: str) -> Values:
    return Values(body(f"void f(struct s *p, struct s *q)\n{{\n{statements}\n}}\n"))


@pytest.mark.parametrize(
    ("statements", "operand", "expected"),
    [
        ("struct t *t = p->t;", "t->x", Object("p", ("t", "x"))),
        ("struct t *t = &p->t;", "&t->x", Object("p", ("t", "x"))),
        ("struct t *t; t = p->t;", "t", Object("p", ("t",))),
        ("struct t *t = p->t; struct u *u = t->u;", "u->x", Object("p", ("t", "u", "x"))),
        ("struct s *t = (struct s *)p;", "t->x", Object("p", ("x",))),
        ("struct s *t = p; t = q;", "t->x", Object("t", ("x",))),
        ("struct s *t = p; t++;", "t->x", Object("t", ("x",))),
        ("struct s *t = p; fill(&t);", "t->x", Object("t", ("x",))),
        ("struct s *t = p; fill(t);", "t->x", Object("p", ("x",))),
        ("struct s *t = p; list_for_each_entry(t, &q->l, n) use(t);", "t->x", Object("t", ("x",))),
        ("p = p->next;", "p->x", Object("p", ("x",))),
        ("", "p->x", Object("p", ("x",))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_object(statements: str, operand: str, expected: Object) -> None:
    assert values(statements).object(operand) == expected


@pytest.mark.parametrize("operand", ["0", "?", "p+1"])
def test_what_is_no_object(operand: str) -> None:
    assert values("").object(operand) is None


def test_a_circle_of_locals_ends() -> None:
    found = values("struct s *a, *b; a = b; b = a;").object("a->x")
    assert found is not None
    assert found.fields == ("x",)


def test_origin_is_the_call_an_object_comes_from() -> None:
    found = values("struct t *t = lookup(p); use(t->x);")
    target = found.object("t->x")
    assert target is not None
    origin = found.origin(target)
    assert origin is not None
    assert (origin.callee, origin.args, target.fields) == ("lookup", ("p",), ("x",))
    parameter = found.object("p->x")
    assert parameter is not None
    assert found.origin(parameter) is None


def test_a_body_has_its_values_made_once() -> None:
    one, other = (body(f"void f(struct s *p)\n{{\n\tstruct s *t = p->{name};\n}}\n") for name in "xy")
    assert values_of(one) is values_of(one)
    assert values_of(other) is not values_of(one)
    assert values_of(other).object("t") == Object("p", ("y",))
