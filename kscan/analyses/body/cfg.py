"""Questions about one CFG: what comes after what, and under which conditions."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from kscan.analyses.body.flow import flow_of
from kscan.facts.model import Block, Body, Call, Event, OfBody


class Place(msgspec.Struct, frozen=True, order=True):
    """An event of a body: block number and index among the block's events."""

    block: int
    index: int


class Condition(NamedTuple):
    """A branch that must go one way for a block to be reached."""

    block: int
    holds: bool


Events = tuple[tuple[Place, Event], ...]
Calls = tuple[tuple[Place, Call], ...]


def events(body: Body) -> Events:
    """All events with their places, block by block."""
    return _listed(body)[0]


def calls(body: Body) -> Calls:
    """All call sites with their places."""
    return _listed(body)[1]


def _list(body: Body) -> tuple[Events, Calls]:
    every = tuple(
        (Place(number, index), event)
        for number, block in enumerate(body.blocks)
        for index, event in enumerate(block.events)
    )
    return every, tuple((p, e) for p, e in every if isinstance(e, Call))


_listed = OfBody(_list)


def follows(body: Body, start: int, block: int) -> bool:
    """Whether control can go from the end of block ``start`` to ``block``."""
    return bool(flow_of(body).after[start] >> block & 1)


def comes_after(body: Body, first: Place, second: Place) -> bool:
    """Whether control can go from ``first`` to ``second``."""
    if first.block == second.block and first.index < second.index:
        return True
    return follows(body, first.block, second.block)


def conditions(body: Body, block: int) -> tuple[Condition, ...]:
    """The branches that surely went one way when control is at ``block``, in order of their blocks.

    The way out of a loop is no condition: every loop is taken to end.
    """
    flow = flow_of(body)
    found = []
    for number, candidate in enumerate(body.blocks):
        if candidate.kind != "branch" or number == block or candidate.succs[0] == candidate.succs[1]:
            continue
        for side in (0, 1):
            if flow.needs(block, number, side):
                other = candidate.succs[1 - side]
                if not flow.turns(number, other):
                    found.append(Condition(number, side == 0))
                break
    return tuple(found)


_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}


def equates(block: Block, side: int) -> bool:
    """Whether a side of a branch (0 where its condition holds) is the one on which its operands are equal."""
    return block.op == ("==" if side == 0 else "!=")


def describe(block: Block, holds: bool) -> str:
    """A branch's condition as C text."""
    if block.op == "config":
        return f"#if {block.left[1:]}" if holds else f"#if !({block.left[1:]})"
    if block.op == "!=" and block.right == "0":
        return block.left if holds else f"!{block.left}"
    op = block.op if holds else _NEGATED.get(block.op, f"not {block.op}")
    return f"{block.left} {op} {block.right}"
