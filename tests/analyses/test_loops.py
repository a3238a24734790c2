"""Loops of a CFG."""

from __future__ import annotations

import pytest

from kscan.analyses.body.loops import loops
from kscan.facts.model import Call
from tests.linked import func, link


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("one();", []),
        ("while (n) one();", [{"one"}]),
        ("while (n) { one(); if (m) { two(); break; } } three();", [{"one", "two"}]),
        ("while (n) { one(); if (m) goto out; } three(); out: two();", [{"one"}]),
        ("while (n) { while (m) one(); two(); }", [{"one", "two"}, {"one"}]),
        ("do { one(); } while (n); two();", [{"one"}]),
    ],
)
def test_loops(statements: str, expected: list[set[str]]) -> None:
    body = func(link(f"void top(int n, int m)\n{{\n{statements}\n}}\n"), "top").fact.body
    found = [
        {e.callee for number in loop.blocks for e in body.blocks[number].events if isinstance(e, Call)}
        for loop in loops(body)
    ]
    assert found == expected


def test_a_loop_is_left_by_its_test_or_a_break() -> None:
    body = func(
        link("int top(int n, int m)\n{\nwhile (n && m) { if (m) break; }\nreturn n;\n}\n"), "top"
    ).fact.body
    (loop,) = loops(body)
    assert len(loop.exits) == 3
