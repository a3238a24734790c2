"""Loops of one CFG: their headers, what is in them, and the way out that no turn needs."""

from __future__ import annotations

from typing import NamedTuple

from kscan.facts.model import Body


class Loop(NamedTuple):
    """A natural loop with the blocks that end it by a break or return.

    ``exits`` lead to where control goes on once the test fails, from there or by a break.
    """

    header: int
    blocks: frozenset[int]
    exits: frozenset[tuple[int, int]]  # (block, place among its successors)


def loops(body: Body) -> tuple[Loop, ...]:
    """The natural loops of a body (Aho et al., Compilers, 9.6), headers ascending."""
    ends: dict[int, list[int]] = {}
    before: list[list[int]] = [[] for _ in body.blocks]
    for number, block in enumerate(body.blocks):
        for succ in block.succs:
            before[succ].append(number)
    for source, header in _back_edges(body):
        ends.setdefault(header, []).append(source)
    found = []
    for header, sources in sorted(ends.items()):
        inside = {header}
        stack = list(sources)
        while stack:
            number = stack.pop()
            if number not in inside:
                inside.add(number)
                stack.extend(before[number])
        tests = [header] if any(s not in inside for s in body.blocks[header].succs) else sources
        after = {s for n in tests for s in body.blocks[n].succs if s not in inside}
        stack = list(inside)
        while stack:
            for succ in body.blocks[stack.pop()].succs:
                if succ not in inside and succ not in after and inside.issuperset(before[succ]):
                    inside.add(succ)
                    stack.append(succ)
        exits = {
            (n, place) for n in inside for place, succ in enumerate(body.blocks[n].succs) if succ in after
        }
        found.append(Loop(header, frozenset(inside), frozenset(exits)))
    return tuple(found)


def _back_edges(body: Body) -> list[tuple[int, int]]:
    """Edges to a block that is being visited, in a depth-first walk from the entry."""
    found = []
    open_, done = {0}, set()
    stack = [(0, iter(body.blocks[0].succs))]
    while stack:
        number, rest = stack[-1]
        succ = next(rest, None)
        if succ is None:
            stack.pop()
            open_.discard(number)
            done.add(number)
        elif succ in open_:
            found.append((number, succ))
        elif succ not in done:
            open_.add(succ)
            stack.append((succ, iter(body.blocks[succ].succs)))
    return found
