"""Builds the CFG of one function: open blocks, edges, labels, loops and scopes."""

from __future__ import annotations

import msgspec

from kscan.facts.model import Assign, Call, Event, Local, ScopeEnd
from kscan.regex import regex

NOWHERE = -1
"""The current block after a jump: what follows is unreachable until something is a target."""


_LAST_FIELD = regex(r"(?:->|\.)(\w+)(?:\[[^\[\]]*\])*$").search


class Draft(msgspec.Struct, array_like=True, gc=False):
    """A block under construction: the fields of ``Block`` in their order, so that it encodes as one."""

    events: list[Event]
    kind: str
    line: int
    succs: list[int]
    left: str = ""
    op: str = ""
    right: str = ""
    cases: list[str] = []  # msgspec makes a new list for each


class Builder:
    """A CFG under construction; ``current`` is the block that events go to."""

    def __init__(self, line: int) -> None:
        self._blocks = [Draft([], "jump", line, [])]
        self.current = 0
        self.events = self._blocks[0].events  # those of the current block
        self.locals: list[Local] = []
        self.bare: list[Local] = []  # those declared without a value, or with one that names them
        self.exposed: set[str] = set()  # what initializer lists hold the addresses of
        self.temps = 0
        self._lost: list[Event] = []  # what is unreachable goes nowhere
        self._stores: set[str] = set()
        self._labels: dict[str, int] = {}
        self._label_scopes: dict[str, int] = {}
        self.cleanups: list[str] = []  # live variables with a cleanup, in order of declaration
        self._gotos: list[tuple[int, str, tuple[str, ...], int]] = []

    # -- blocks ---------------------------------------------------------------

    def temporary(self) -> str:
        """A fresh temporary."""
        self.temps += 1
        return f"%{self.temps}"

    def new_block(self, line: int) -> int:
        """A new, unconnected block."""
        self._blocks.append(Draft([], "jump", line, []))
        return len(self._blocks) - 1

    def at(self, block: int) -> None:
        """Go on in ``block``."""
        self.current = block
        self.events = self._blocks[block].events

    def leave(self) -> None:
        """What follows is unreachable."""
        self.current = NOWHERE
        self.events = self._lost

    def assign(self, target: str, op: str, value: str, at: tuple[int, int]) -> None:
        """Append a store; ``at`` is (0-based row, 0-based byte column)."""
        if self.current != NOWHERE:
            self.events.append(Assign(target, op, value, at[0] + 1, at[1] + 1))
            self._stores.add(target)

    def call(
        self, callee: str, args: tuple[str, ...], result: str, at: tuple[int, int], loop: bool = False
    ) -> None:
        """Append a call site; ``at`` is as in ``assign``."""
        self.events.append(Call(callee, args, result, at[0] + 1, at[1] + 1, loop))

    def goto_block(self, target: int) -> None:
        """End the current block with a jump to ``target``."""
        if self.current != NOWHERE:
            self._blocks[self.current].succs = [target]
            self.current, self.events = NOWHERE, self._lost

    def enter(self, block: int) -> None:
        """Fall into ``block`` and go on there."""
        if self.current != NOWHERE:
            self._blocks[self.current].succs = [block]
        self.current, self.events = block, self._blocks[block].events

    def branch(self, left: str, op: str, right: str, line: int, yes: int, no: int) -> None:
        """End the current block with a two-way branch."""
        if self.current == NOWHERE:
            return
        block = self._blocks[self.current]
        block.kind, block.left, block.op, block.right, block.line = "branch", left, op, right, line
        block.succs = [yes, no]
        self.current, self.events = NOWHERE, self._lost

    def casts(self) -> None:
        """Note that the left operand of the test to come is cast: its own type does not matter."""
        if self.current != NOWHERE:
            self._blocks[self.current].cases.append("cast")

    def finish(self, kind: str, left: str, line: int) -> None:
        """End the current block with ``return`` or ``stop``."""
        if self.current == NOWHERE:
            return
        block = self._blocks[self.current]
        block.kind, block.left, block.line = kind, left, line
        self.leave()

    # -- switch ---------------------------------------------------------------

    def open_switch(self, left: str, line: int) -> int:
        """End the current block with a switch whose cases are added later; gives its number."""
        if self.current == NOWHERE:
            self.at(self.new_block(line))
        number = self.current
        block = self._blocks[number]
        block.kind, block.left, block.line = "switch", left, line
        self.leave()
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
        self._label_scopes[name] = len(self.cleanups)
        self.enter(block)

    def goto(self, name: str, line: int) -> None:
        """A goto from here."""
        if self.current == NOWHERE:
            return
        block = self._labels.get(name)
        if block is None:
            block = self._labels[name] = self.new_block(line)
        self._blocks[self.current].line = line
        if self.cleanups:
            self._gotos.append((self.current, name, tuple(self.cleanups), line))
        self.goto_block(block)

    def leave_scopes(self, depth: int, line: int) -> None:
        """Control leaves the scopes deeper than ``depth`` from here (they stay open for other paths)."""
        if len(self.cleanups) > depth:
            self.events.append(ScopeEnd(tuple(reversed(self.cleanups[depth:])), line))

    def close_scopes(self, depth: int, line: int) -> None:
        """The text of the scopes deeper than ``depth`` ends here."""
        self.leave_scopes(depth, line)
        del self.cleanups[depth:]

    def stored_fields(self) -> tuple[str, ...]:
        """The names of the fields that are assigned anywhere, sorted."""
        found = set()
        for target in self._stores:
            if "." in target or ">" in target:
                match = _LAST_FIELD(target)
                if match is not None:
                    found.add(match[1])
        return tuple(sorted(found))

    # -- result ---------------------------------------------------------------

    def build(self, end_line: int) -> list[Draft]:
        """The finished blocks: without unreachable ones, in an order where entry is first."""
        self.finish("return", "", end_line)
        for number, name, live, line in self._gotos:
            depth = self._label_scopes.get(name, 0)
            if len(live) > depth:
                self._blocks[number].events.append(ScopeEnd(tuple(reversed(live[depth:])), line))
        blocks = self._blocks
        if len(blocks) > 1:
            blocks = self._reachable()
        for block in blocks:
            # A goto to a label that is not there leaves a jump to an empty block: control is lost.
            if not block.succs and block.kind == "jump":
                block.kind = "stop"
        return blocks

    def _reachable(self) -> list[Draft]:
        """The blocks that control can reach, their successors past empty jumps, numbered anew."""
        blocks = self._blocks
        reached = [False] * len(blocks)
        reached[0] = True
        stack = [0]
        while stack:
            succs = blocks[stack.pop()].succs
            for place, number in enumerate(succs):
                succ = succs[place] = self._follow(number)
                if not reached[succ]:
                    reached[succ] = True
                    stack.append(succ)
        if all(reached):
            return blocks
        order = [number for number, wanted in enumerate(reached) if wanted]
        numbers = {old: new for new, old in enumerate(order)}
        kept = [blocks[old] for old in order]
        for block in kept:
            block.succs = [numbers[s] for s in block.succs]
        return kept

    def _follow(self, number: int) -> int:
        """Where control goes from an empty jump, through others."""
        block = self._blocks[number]
        if block.events or block.kind != "jump" or len(block.succs) != 1:
            return number
        passed: set[int] = set()
        while not block.events and block.kind == "jump" and len(block.succs) == 1 and number not in passed:
            passed.add(number)
            number = block.succs[0]
            block = self._blocks[number]
        return number
