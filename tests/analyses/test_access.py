"""Objects named by access paths."""

from __future__ import annotations

import pytest

from kscan.analyses.body.access import Object, dereferences, parse


@pytest.mark.parametrize(
    ("operand", "base", "fields"),
    [
        ("p", "p", ()),
        ("&p", "p", ()),
        ("*p", "p", ()),
        ("%1", "%1", ()),
        ("p->q", "p", ("q",)),
        ("&p->q.r", "p", ("q", "r")),
        ("s.q->r", "s", ("q", "r")),
        ("p[3]", "p", ("[]",)),
        ("p->q[i].r", "p", ("q", "[]", "r")),
        ("**p", "p", ()),
    ],
)
def test_parse(operand: str, base: str, fields: tuple[str, ...]) -> None:
    assert parse(operand) == Object(base, fields)


@pytest.mark.parametrize("operand", ["", "?", "0", "p+1", '"text"', "-ENOMEM", "p->", "p[a[0]]", "p->q+1"])
def test_what_is_no_access_path(operand: str) -> None:
    assert parse(operand) is None


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("p->q.r", "p->q", True),
        ("p->q", "p->q", True),
        ("p->q", "p", True),
        ("p", "p->q", False),
        ("p->q", "p->qq", False),
        ("q->q", "p", False),
    ],
)
def test_within(part: str, whole: str, expected: bool) -> None:
    first, second = parse(part), parse(whole)
    assert first is not None
    assert second is not None
    assert first.within(second) is expected


def test_rebase_puts_an_argument_for_a_parameter() -> None:
    assert Object("dev", ("kobj",)).rebase(Object("pdev", ("dev",))) == Object("pdev", ("dev", "kobj"))


def test_owner() -> None:
    assert Object("p", ("q", "r")).owner == Object("p", ("q",))
    assert Object("p", ("q",)).owner == Object("p")


@pytest.mark.parametrize("operand", ["p", "p->q", "p->q.r", "p[]", "p->q[].r", "%1->q"])
def test_text_names_the_object_again(operand: str) -> None:
    found = parse(operand.replace("[]", "[0]"))
    assert found is not None
    assert str(found) == operand
    assert parse(str(found)) == found


@pytest.mark.parametrize(
    ("operand", "expected"),
    [("p->q", True), ("p[0]", True), ("*p", True), ("p", False), ("s.q", False), ("0", False)],
)
def test_dereferences(operand: str, expected: bool) -> None:
    assert dereferences(operand) is expected
