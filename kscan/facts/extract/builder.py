"""Builds the CFG of one function: open blocks, edges, labels, loops and scopes."""

from __future__ import annotations

import re

from kscan.facts.model import Assign, Block, Body, Call, Event, Local, ScopeEnd

NOWHERE = -1
"""The current block after a jump: what follows is unreachable until something is a target."""


_LAST_FIELD = re.compile(r"(?:->|\.)(\w+)(?:\[[^\[\]]*\])*$")


class _Draft:
    """A block under construction."""

    __slots__ = ("cases", "events", "kind", "left", "line", "op", "right", "succs")

    def __init__(self, line: int) -> None:
        self.events: list[Event] = []
        self.kind = "jump"
        self.line = line
        self.succs: list[int] = []
        self.left = ""
        self.op = ""
        self.right = ""
        self.cases: list[str] = []


class Builder:
    """A CFG under construction; ``current`` is the block that events go to."""

    def __init__(self, line: int) -> None:
        self._blocks = [_Draft(line)]
        self.current = 0
        self.locals: list[Local] = []
        self._temps = 0
        self._labels: dict[str, int] = {}
        self._label_scopes: dict[str, int] = {}
        self._cleanups: list[str] = []  # live variables with a cleanup, in order of declaration
        self._gotos: list[tuple[int, str, tuple[str, ...], int]] = []

    # -- blocks ---------------------------------------------------------------

    def temporary(self) -> str:
        """A fresh temporary."""
        self._temps += 1
        return f"%{self._temps}"

    def new_block(self, line: int) -> int:
        """A new, unconnected block."""
        self._blocks.append(_Draft(line))
        return len(self._blocks) - 1

    def emit(self, event: Event) -> None:
        """Append an event to the current block (dropped where code is unreachable)."""
        if self.current != NOWHERE:
            self._blocks[self.current].events.append(event)

    def call(
        self, callee: str, args: tuple[str, ...], result: str, at: tuple[int, int], loop: bool = False
    ) -> None:
        """Append a call site; ``at`` is (0-based row, 0-based byte column)."""
        if self.current != NOWHERE:
            self._blocks[self.current].events.append(Call(callee, args, result, at[0] + 1, at[1] + 1, loop))

    def assign(self, target: str, op: str, value: str, at: tuple[int, int]) -> None:
        """Append a store."""
        if self.current != NOWHERE:
            self._blocks[self.current].events.append(Assign(target, op, value, at[0] + 1, at[1] + 1))

    def goto_block(self, target: int) -> None:
        """End the current block with a jump to ``target``."""
        if self.current != NOWHERE:
            self._blocks[self.current].succs = [target]
            self.current = NOWHERE

    def enter(self, block: int) -> None:
        """Fall into ``block`` and go on there."""
        self.goto_block(block)
        self.current = block

    def branch(self, left: str, op: str, right: str, line: int, yes: int, no: int) -> None:
        """End the current block with a two-way branch."""
        if self.current == NOWHERE:
            return
        block = self._blocks[self.current]
        block.kind, block.left, block.op, block.right, block.line = "branch", left, op, right, line
        block.succs = [yes, no]
        self.current = NOWHERE

    def finish(self, kind: str, left: str, line: int) -> None:
        """End the current block with ``return`` or ``stop``."""
        if self.current == NOWHERE:
            return
        block = self._blocks[self.current]
        block.kind, block.left, block.line = kind, left, line
        self.current = NOWHERE

    # -- switch ---------------------------------------------------------------

    def open_switch(self, left: str, line: int) -> int:
        """End the current block with a switch whose cases are added later; gives its number."""
        if self.current == NOWHERE:
            self.current = self.new_block(line)
        number = self.current
        block = self._blocks[number]
        block.kind, block.left, block.line = "switch", left, line
        self.current = NOWHERE
        return number

    def add_case(self, switch: int, label: str, target: int) -> None:
        """Add a case to an open switch."""
        self._blocks[switch].cases.append(label)
        self._blocks[switch].succs.append(target)

    def close_switch(self, switch: int, after: int) -> None:
        """Where no case matches, control goes on after the switch."""
        if "default" not in self._blocks[switch].cases:
            self.add_case(switch, "none", after)

    # -- labels and scopes ----------------------------------------------------

    def label(self, name: str, line: int) -> None:
        """A label here: control falls in."""
        block = self._labels.get(name)
        if block is None:
            block = self._labels[name] = self.new_block(line)
        self._blocks[block].line = line
        self._label_scopes[name] = len(self._cleanups)
        self.enter(block)

    def goto(self, name: str, line: int) -> None:
        """A goto from here."""
        if self.current == NOWHERE:
            return
        block = self._labels.get(name)
        if block is None:
            block = self._labels[name] = self.new_block(line)
        self._blocks[self.current].line = line
        if self._cleanups:
            self._gotos.append((self.current, name, tuple(self._cleanups), line))
        self.goto_block(block)

    def scope_depth(self) -> int:
        """How many variables with a cleanup are live."""
        return len(self._cleanups)

    def open_cleanup(self, name: str) -> None:
        """A variable with a cleanup attribute becomes live."""
        self._cleanups.append(name)

    def leave_scopes(self, depth: int, line: int) -> None:
        """Control leaves the scopes deeper than ``depth`` from here (they stay open for other paths)."""
        if len(self._cleanups) > depth:
            self.emit(ScopeEnd(tuple(reversed(self._cleanups[depth:])), line))

    def close_scopes(self, depth: int, line: int) -> None:
        """The text of the scopes deeper than ``depth`` ends here."""
        self.leave_scopes(depth, line)
        del self._cleanups[depth:]

    def stored_fields(self) -> tuple[str, ...]:
        """The names of the fields that are assigned anywhere, sorted."""
        found = set()
        for block in self._blocks:
            for event in block.events:
                if isinstance(event, Assign):
                    match = _LAST_FIELD.search(event.target)
                    if match is not None:
                        found.add(match[1])
        return tuple(sorted(found))

    # -- result ---------------------------------------------------------------

    def build(self, end_line: int) -> Body:
        """The finished CFG, without unreachable blocks, in an order where entry is first."""
        self.finish("return", "", end_line)
        for number, name, live, line in self._gotos:
            depth = self._label_scopes.get(name, 0)
            if len(live) > depth:
                self._blocks[number].events.append(ScopeEnd(tuple(reversed(live[depth:])), line))
        order = self._reachable()
        renumber = {old: new for new, old in enumerate(order)}
        blocks = tuple(_freeze(self._blocks[old], renumber) for old in order)
        return Body(tuple(self.locals), blocks)

    def _reachable(self) -> list[int]:
        """The blocks that control can reach, their successors past empty jumps; sorted."""
        seen = {0}
        stack = [0]
        while stack:
            block = self._blocks[stack.pop()]
            block.succs = [self._target(s) for s in block.succs]
            for succ in block.succs:
                if succ not in seen:
                    seen.add(succ)
                    stack.append(succ)
        return sorted(seen)

    def _target(self, number: int) -> int:
        """``number``, or where control goes from it if it is an empty jump."""
        block = self._blocks[number]
        if block.events or block.kind != "jump" or len(block.succs) != 1:
            return number
        passed = set()
        while not block.events and block.kind == "jump" and len(block.succs) == 1 and number not in passed:
            passed.add(number)
            number = block.succs[0]
            block = self._blocks[number]
        return number


def _freeze(draft: _Draft, renumber: dict[int, int]) -> Block:
    # A goto to a label that is not there leaves a jump to an empty block: control is lost.
    kind = "stop" if draft.kind == "jump" and not draft.succs else draft.kind
    return Block(
        tuple(draft.events),
        kind,
        draft.line,
        tuple([renumber[s] for s in draft.succs]),
        draft.left,
        draft.op,
        draft.right,
        tuple(draft.cases),
    )
