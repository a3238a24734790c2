"""Functions of the program, and the edges between them."""

from __future__ import annotations

import msgspec

from kscan.facts.model import Function, Param
from kscan.link.events import ANY, Events

DIRECT, MACRO, OVERRIDE, OPS = "direct", "macro", "weak→strong", "ops"
CALLBACK, NOTIFIER, INITCALL = "callback", "notifier", "initcall"


class Func(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A function of the program: a file and the function's facts."""

    path: str
    fact: Function

    @property
    def name(self) -> str:
        """The function's name."""
        return self.fact.name

    @property
    def params(self) -> tuple[Param, ...]:
        """The parameters."""
        return self.fact.params

    def __repr__(self) -> str:
        return f"{self.path}:{self.fact.name}"


class Edge(msgspec.Struct, frozen=True, gc=False):
    """One call: where (``line`` in the caller's file), of what kind, and through what."""

    caller: Func
    callee: Func
    kind: str
    line: int
    via: str = ""  # the macro, the alias, the field (``struct s.f``), or the function that takes the callback
    among: int = 1  # how many the call may lead to: implementers, definitions, a macro, one not linked
    events: tuple[str, ...] = ()  # of a notifier chain: what it is called for, or tells apart
    when: Events = ANY  # of those that the caller is told of, the events that the call is made for
    hands: tuple[str, ...] = ()  # events that the callee is told of: constants, or those of the caller
