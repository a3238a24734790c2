"""Branches after which one kind of block cannot be avoided, whatever was known before them.

A path through several branches may be one that no run takes, since their conditions hang together in
ways that their texts do not show.  Of one branch alone this is not so: where everything that comes
after one of its sides runs into a block, that block is reached whenever the branch goes that way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property

from kscan.analyses.body.flow import flow_of
from kscan.facts.model import Assign, Block, Body, Call

Edge = tuple[int, int]
"""A block and a place among its successors."""

ENTRY: Edge = (-1, 0)
_BACK = 3  # blocks that are looked back for where a tested value comes from


class Unavoidable:
    """The edges of a body from which every way comes to one of ``goals`` before one of ``ends``.

    They come before any of ``ends`` themselves: what leads on from there may be another story.  Edges in
    ``closed`` are taken by nobody.  A branch on what was called for only after an edge may go either way.
    """

    def __init__(
        self, body: Body, goals: Collection[int], ends: Collection[int], closed: Collection[Edge] = ()
    ) -> None:
        self._body = body
        self._goals = goals
        self._ends = ends
        self._closed = closed
        self._flow = flow_of(body)
        self._calls = {e.result for b in body.blocks for e in b.events if isinstance(e, Call) and e.result}
        self._before: list[list[int]] = [[] for _ in body.blocks]
        for number, block in enumerate(body.blocks):
            for succ in block.succs:
                self._before[succ].append(number)

    def edges(self) -> Iterator[Edge]:
        """The edges, and ENTRY where no way around a goal starts at the entry."""
        stop = {*self._goals, *self._ends}
        if 0 in self._goals or (0 not in stop and self._certain(ENTRY, 0)):
            yield ENTRY
        pending, seen = [0], {0}
        while pending:
            number = pending.pop()
            if number in stop:
                continue
            succs = self._body.blocks[number].succs
            for side, succ in enumerate(succs):
                if (number, side) in self._closed:
                    continue
                split = len(succs) > 1 and not self._late >> number & 1
                if split and self._certain((number, side), succ) and not self._is_rest(number, side):
                    yield number, side
                if succ not in seen:
                    seen.add(succ)
                    pending.append(succ)

    @cached_property
    def _late(self) -> int:
        """The set of blocks that may come after a goal or an end."""
        found = 0
        for number in (*self._goals, *self._ends):
            found |= self._flow.after[number]
        return found

    @cached_property
    def _set_in(self) -> dict[str, int]:
        """The set of blocks in which an operand is given a value, or its address to somebody."""
        found: dict[str, int] = defaultdict(int)
        for number, block in enumerate(self._body.blocks):
            for event in block.events:
                if isinstance(event, Assign):
                    found[event.target] |= 1 << number
                elif isinstance(event, Call):
                    for arg in event.args:
                        if arg[:1] == "&":
                            found[arg[1:]] |= 1 << number
        return found

    def _certain(self, edge: Edge, start: int) -> bool:
        """Whether every way from ``start``, where ``edge`` leads, comes to a goal first."""
        blocks = self._body.blocks
        reached = self._flow.after[start] | 1 << start
        within = [n for n in range(len(blocks)) if reached >> n & 1]
        around = {
            n for n in within if n not in self._goals and (n in self._ends or blocks[n].kind == "return")
        }
        ways = {n: self._ways(n, edge, reached) for n in within if n not in around and n not in self._goals}
        changed = bool(around)
        while changed:
            changed = False
            for number in reversed(within):
                if number in around or not ways.get(number):
                    continue
                lost = [s in around for s in ways[number]]
                if any(lost) and (all(lost) or not self._is_fresh(number, start)):
                    around.add(number)
                    changed = True
        if start in around:
            return False
        pending, seen = [start], {start}
        while pending:
            number = pending.pop()
            if number in self._goals:
                return True
            new = {s for s in ways[number] if s not in around} - seen
            seen |= new
            pending.extend(new)
        return False

    def _ways(self, number: int, edge: Edge, reached: int) -> tuple[int, ...]:
        """The blocks that control may come to from the end of ``number``, ``edge`` having been taken."""
        block = self._body.blocks[number]
        succs = block.succs
        if block.kind == "branch":
            side = self._side(block, edge, reached)
            if side is not None:
                return (succs[side],)
        return tuple(s for p, s in enumerate(succs) if (number, p) not in self._closed)

    def _side(self, block: Block, edge: Edge, reached: int) -> int | None:
        """The one side of a branch that control can take after ``edge``; None where either may be."""
        set_in = self._set_in.get(block.left, 0)
        if set_in & reached:
            return None
        first = self._body.blocks[edge[0]] if edge != ENTRY else None
        if first is not None and (first.left, first.op, first.right) == (block.left, block.op, block.right):
            return edge[1]
        # What is only ever set after an end is still NULL, false or 0.
        early = ~(self._late | sum(1 << n for n in self._ends))
        if set_in and not set_in & early and block.right == "0" and block.op in ("==", "!="):
            return 0 if block.op == "==" else 1
        return None

    def _is_fresh(self, number: int, since: int) -> bool:
        """Whether a branch asks for the result of a call that is made in ``since`` or after it."""
        block = self._body.blocks[number]
        if self._set_in.get(block.right):
            return False
        operand = block.left
        for _ in range(_BACK):
            for event in reversed(self._body.blocks[number].events):
                if isinstance(event, Call) and event.result == operand:
                    return True
                if isinstance(event, Assign) and event.target == operand:
                    if event.op != "=" or event.value not in self._calls:
                        return False
                    operand = event.value
            if number == since or len(self._before[number]) != 1:
                return False
            number = self._before[number][0]
        return False

    def _is_rest(self, number: int, side: int) -> bool:
        """Whether an edge is what an `else if` without an `else` leaves over, where each arm ends it."""
        blocks = self._body.blocks
        target = blocks[number].succs[side]
        arms = 0
        while blocks[number].kind == "branch" and self._ends_before(blocks[number].succs[1 - side], target):
            arms += 1
            before = self._before[number]
            if arms > 1 or len(before) != 1 or len(blocks[before[0]].succs) != 2:
                break
            side = blocks[before[0]].succs.index(number)
            number = before[0]
        return arms > 1

    def _ends_before(self, start: int, target: int) -> bool:
        """Whether ways lead from ``start`` to ``target``, each past an end."""
        pending, seen = [start], {start}
        while pending:
            number = pending.pop()
            if number == target:
                return False
            if number not in self._ends:
                new = set(self._body.blocks[number].succs) - seen
                seen |= new
                pending.extend(new)
        return bool(self._flow.after[start] >> target & 1)
