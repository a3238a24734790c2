"""Scopes of locals: one that hides another variable gets a name of its own in the facts.

A ``ret`` that hides another, one block deep in the function, becomes ``ret__in1``;
``as_written`` of the model undoes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from kscan.facts.extract.builder import Builder, Draft
from kscan.facts.model import Assign, Event, ScopeEnd
from kscan.regex import regex

Place = tuple[int, int]
"""0-based row, 0-based byte column."""


class Hiding(NamedTuple):
    """A local that hides another variable of its ``name`` between two places."""

    name: str
    alias: str
    start: Place
    end: Place


class Scopes:
    """The blocks around the statement that is lowered."""

    def __init__(self, variables: dict[str, str]) -> None:
        """``variables`` are the types of parameters and locals as they are seen from there, kept so."""
        self._variables = variables
        self._params = frozenset(variables)
        self._declared: list[tuple[str, str, Place]] = []  # with the type of what it may hide
        self._starts: list[int] = []
        self.hiding: list[Hiding] = []

    def enter(self) -> None:
        """A block begins."""
        self._starts.append(len(self._declared))

    def declare(self, name: str, kind: str, at: Place) -> None:
        """A variable of type ``kind`` is declared."""
        self._declared.append((name, self._variables.get(name, ""), at))
        self._variables[name] = kind

    def leave(self, at: Place) -> None:
        """The block ends."""
        start = self._starts.pop()
        if start == len(self._declared) or not self._starts:
            return
        own = self._declared[start:]
        del self._declared[start:]
        for place, (name, hidden, declared) in enumerate(own):
            if any(other == name for other, _kind, _at in own[:place]):
                continue  # twice in a block: on both sides of an #if
            if name in self._params or any(other == name for other, _kind, _at in self._declared):
                self._variables[name] = hidden
                self.hiding.append(Hiding(name, f"{name}__in{len(self._starts)}", declared, at))


def rename(hiding: Iterable[Hiding], build: Builder, blocks: Sequence[Draft]) -> None:
    """Give locals that hide others their own names, in what was built and in its ``blocks``."""
    for hidden in hiding:  # inner blocks first
        first, last = hidden.start[0] + 1, hidden.end[0] + 1
        cleaned = False
        if hidden.name in build.exposed:
            build.exposed.add(hidden.alias)
        for found in (build.locals, build.bare):
            for place, local in enumerate(found):
                if local.name == hidden.name and first <= local.line <= last:
                    found[place] = msgspec.structs.replace(local, name=hidden.alias)
                    cleaned = cleaned or bool(local.cleanup)
        new = _renaming(hidden.name, hidden.alias)
        for block in blocks:
            block.events = [
                _renamed(event, hidden, new, cleaned) if first <= event.line <= last else event
                for event in block.events
            ]
            if first <= block.line <= last:
                block.left, block.right = new(block.left), new(block.right)


def _renaming(name: str, alias: str) -> Callable[[str], str]:
    sub = regex(rf"(?<![\w.%])(?<!->){name}(?!\w)").sub
    return lambda operand: sub(alias, operand) if name in operand else operand


def _renamed(event: Event, hidden: Hiding, new: Callable[[str], str], cleaned: bool) -> Event:
    """An event on the lines of a local that hides another; ``cleaned``: at the end of its scope, too."""
    if isinstance(event, ScopeEnd):
        names = list(event.names)
        if cleaned and hidden.name in names:
            names[names.index(hidden.name)] = hidden.alias
        return ScopeEnd(tuple(names), event.line)
    at = (event.line - 1, event.column - 1)
    if not hidden.start <= at < hidden.end:
        return event
    if isinstance(event, Assign):
        return msgspec.structs.replace(event, target=new(event.target), value=new(event.value))
    return msgspec.structs.replace(event, callee=new(event.callee), args=tuple(map(new, event.args)))
