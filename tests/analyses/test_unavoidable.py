"""The edges after which a block cannot be avoided, against every walk on graphs of every shape."""

from __future__ import annotations

import random

import pytest

from kscan.analyses.body.unavoidable import ENTRY, Unavoidable
from kscan.facts.model import Block, Body, Call


def graph(seed: int) -> tuple[Body, set[int], set[int]]:
    """Blocks without loops, each with two ways on or one; the goals and ends among them."""
    chance = random.Random(seed)
    size = chance.randint(3, 12)
    blocks = []
    for number in range(size):
        ways = min(chance.choice([1, 1, 2, 2]), size - 1 - number)
        succs = tuple(sorted(chance.sample(range(number + 1, size), ways)))
        blocks.append(Block((), ("return", "jump", "branch")[ways], number, succs, f"v{number}", "!=", "0"))
    marked = chance.sample(range(size), 3)
    return Body((), tuple(blocks)), set(marked[:2]), set(marked[2:])


def escapes(body: Body, goals: set[int], ends: set[int], start: int) -> bool:
    """Whether a walk from ``start`` ends without having come to a goal."""
    if start in goals:
        return False
    succs = body.blocks[start].succs
    return start in ends or not succs or any(escapes(body, goals, ends, succ) for succ in succs)


@pytest.mark.parametrize("seed", range(200))
def test_no_walk_escapes_after_an_edge(seed: int) -> None:
    body, goals, ends = graph(seed)
    for edge in Unavoidable(body, goals, ends).edges():
        start = 0 if edge == ENTRY else body.blocks[edge[0]].succs[edge[1]]
        assert not escapes(body, goals, ends, start)


def _branching(*blocks: tuple[str, tuple[int, ...], str]) -> Body:
    return Body(
        (), tuple(Block((), kind, n, succs, left, "!=", "0") for n, (kind, succs, left) in enumerate(blocks))
    )


def test_one_branch_decides() -> None:
    # 0: if (a) 1: set; 2: read
    body = _branching(("branch", (1, 2), "a"), ("jump", (2,), ""), ("return", (), "x"))
    assert list(Unavoidable(body, {2}, {1}).edges()) == [(0, 1)]


def test_two_branches_together_do_not() -> None:
    # if (a) set; if (b) read; else return
    body = _branching(
        ("branch", (1, 2), "a"),
        ("jump", (2,), ""),
        ("branch", (3, 4), "b"),
        ("return", (), ""),
        ("return", (), ""),
    )
    assert not list(Unavoidable(body, {3}, {1}).edges())


def test_a_call_made_since_may_come_out_either_way() -> None:
    body = _branching(
        ("branch", (1, 2), "a"),
        ("jump", (2,), ""),
        ("branch", (3, 4), "%1"),
        ("return", (), ""),
        ("return", (), ""),
    )
    asked = Block((Call("ready", (), "%1", 2, 0),), "branch", 2, (3, 4), "%1", "!=", "0")
    body = Body((), (*body.blocks[:2], asked, *body.blocks[3:]))
    assert (0, 1) in set(Unavoidable(body, {3}, {1}).edges())


def test_what_is_left_over_of_several_arms_is_no_way() -> None:
    # if (a) set; else if (b) set; read
    body = _branching(
        ("branch", (1, 2), "a"),
        ("jump", (4,), ""),
        ("branch", (3, 4), "b"),
        ("jump", (4,), ""),
        ("return", (), "x"),
    )
    assert not list(Unavoidable(body, {4}, {1, 3}).edges())


def test_the_same_test_comes_out_the_same() -> None:
    # if (a) goto 3; set; 3: if (a) read
    body = _branching(
        ("branch", (2, 1), "a"),
        ("jump", (2,), ""),
        ("branch", (3, 4), "a"),
        ("return", (), "x"),
        ("return", (), ""),
    )
    assert (0, 0) in set(Unavoidable(body, {3}, {1}).edges())
